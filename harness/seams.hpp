#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/pinned_unit.hpp>
#include <troupe/runtime/clock.hpp>
#include <troupe/runtime/random_source.hpp>

// What a simulation puts in place of the system: time, randomness, and who runs the actors.

namespace troupe::harness {

using time_point = std::chrono::steady_clock::time_point;

/// Time that stands until it is moved. Both clocks begin at one hour.
class manual_clock final : public clock {
 public:
  time_point now() const noexcept override { return real_ == nullptr ? now_ : real_->now(); }
  std::chrono::system_clock::time_point wall() const noexcept override {
    if (real_ != nullptr) return real_->wall();
    using wall_clock = std::chrono::system_clock;
    return wall_clock::time_point(
               std::chrono::duration_cast<wall_clock::duration>(now_.time_since_epoch())) +
           wall_offset_;
  }
  void set(time_point now) noexcept { now_ = now; }
  /// The wall clock is set, forward or back.
  void jump_wall(std::chrono::milliseconds by) noexcept { wall_offset_ += by; }
  /// From now on it tells the time of `real`, which outlives it.
  void follow(const clock& real) noexcept { real_ = &real; }

 private:
  const clock* real_ = nullptr;
  time_point now_{std::chrono::hours(1)};
  std::chrono::milliseconds wall_offset_{0};
};

/// Random bytes that depend on a seed only.
class seeded_random final : public random_source {
 public:
  explicit seeded_random(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::byte> into) override {
    for (std::byte& one : into)
      one = is_exhausted ? std::byte{0} : static_cast<std::byte>(engine_());
  }
  /// It gives zeros: ids must be unique all the same.
  bool is_exhausted = false;

 private:
  std::mt19937_64 engine_;
};

/// Runs one message of one ready actor at a time, whichever the caller draws.
class seeded_unit final : public actors::pinned_unit {
 public:
  explicit seeded_unit(caf::actor_system& system) : pinned_unit(system) {}
  std::size_t ready_count() const noexcept { return ready_.size(); }
  caf::resumable* ready_at(std::size_t which) const noexcept { return ready_[which]; }
  void run_one(std::size_t which) {
    caf::resumable* job = ready_[which];
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(which));
    if (!run(job, 1)) ready_.push_back(job);
  }

 private:
  void submit(caf::resumable* job) override { ready_.push_back(job); }
  std::vector<caf::resumable*> ready_;
};

}  // namespace troupe::harness
