#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace troupe::runtime {

using time_point = std::chrono::steady_clock::time_point;

/// Something that wants to be called at a time. Ends its schedule when it is destroyed.
class timer {
 public:
  timer() = default;
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

  /// The time came; the timer is not scheduled any more and may be scheduled again.
  virtual void expired(time_point now) = 0;

 protected:
  ~timer();

 private:
  friend class timers;
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  class timers* queue_ = nullptr;
  time_point due_;
  std::size_t position_ = nowhere;
};

/// All deadlines of one shard in one heap: no allocation per timer, exact times, next() in O(1).
/// Thread: the shard's.
class timers {
 public:
  /// `due` max(): cancels. Scheduling again replaces.
  void schedule(timer& which, time_point due);
  void cancel(timer& which) noexcept;
  /// Schedules unless it is due earlier already; the owner then looks again when it expires. For
  /// deadlines that mostly move away.
  void schedule_by(timer& which, time_point due);
  /// When the first is due; max() if there is none.
  time_point next() const noexcept;
  /// Calls those that are due at `now`, each once, in the order of their times.
  void expire(time_point now);
  std::size_t size() const noexcept { return heap_.size(); }

 private:
  void put(std::size_t position, timer* which) noexcept;
  void rise(std::size_t position) noexcept;
  void sink(std::size_t position) noexcept;

  std::vector<timer*> heap_;
};

}  // namespace troupe::runtime
