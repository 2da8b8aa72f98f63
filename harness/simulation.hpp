#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/actors/counters.hpp>
#include <troupe/actors/pinned_unit.hpp>
#include <troupe/harness/fault.hpp>
#include <troupe/harness/memory_stream.hpp>
#include <troupe/harness/participant.hpp>
#include <troupe/harness/seeded_system.hpp>
#include <troupe/harness/trace.hpp>
#include <troupe/runtime/options.hpp>
#include <troupe/runtime/simulator.hpp>

namespace troupe::harness {

/// Servers and whoever speaks with them in one thread, without a socket or a clock of their own.
/// What happens next is drawn from the seed: a message of an actor, readiness of a connection, a
/// participant's turn, the end of a shard's turn; so every interleaving between shards that
/// threads could show comes up. Same seed, same run.
///
///     simulation world(seed);
///     troupe::server io{world.options_for({.threads = 2})};
///     io.start();
///     world.advance(10s);
///
/// Outlives its servers and participants. Thread: one.
class simulation final : public simulator {
 public:
  explicit simulation(std::uint64_t seed);
  ~simulation() override;

  /// `user` with this simulation's seams; threads become shards, one if not said.
  options options_for(options user = {});
  void add(participant& who) { participants_.push_back(&who); }
  void remove(participant& who) { std::erase(participants_, &who); }
  /// What is spawned in `system` runs under the seed from now on; it outlives this.
  void add(seeded_system& system) { system_ = &system; }
  /// The other end of a new connection to the server that listens; closed if there is none.
  std::shared_ptr<wire> open_connection();

  /// Does one thing; false if there is nothing to do now. Throws `restless`, with them that follow.
  bool step();
  /// Steps until nothing is left to do at this time.
  void run();
  /// At most `steps`: stops in the middle of things.
  void run_some(std::size_t steps);
  /// Lets time pass, deadline by deadline.
  void advance(std::chrono::milliseconds by);

  /// What happens goes into the hash of `seen`, which outlives this.
  void record_in(trace& seen) noexcept { trace_ = &seen; }
  /// The actors of one shard do not run before `until`.
  void stall(std::size_t shard, time_point until);
  /// No shard looks at its deadlines before `until`.
  void starve_timers(time_point until) noexcept { starved_until_ = until; }
  /// Until then the order is another, drawn now: one shard's actors first, the youngest ones first
  /// or the oldest, before the network and the clients or behind them.
  void permute(time_point until);
  /// `who` dies when its n-th message from now (1: the next) is its turn; `count` is told.
  void crash_in_message(const caf::actor& who, std::size_t n, std::shared_ptr<fault_count> count);
  /// Ends these.
  void heal();
  bool is_disturbed() const noexcept;

  std::mt19937_64& random() noexcept { return random_; }
  manual_clock& clock() noexcept { return clock_; }
  seeded_random& ids() noexcept { return ids_; }
  time_point now() const noexcept { return clock_.now(); }
  bool is_listening() const noexcept { return listening_ != nullptr; }
  /// Whether the server that was attached last has ended, and whether by itself.
  bool is_stopped() const noexcept { return stopped_; }
  bool has_failed() const noexcept { return failed_; }

  // Of the server that was attached last; std::logic_error without one.
  actors::directory& directory() { return *current().shared; }
  runtime::shard& shard(std::size_t index) { return *current().shards[index]; }
  std::size_t shard_count() const { return current().shards.size(); }
  seeded_unit& unit(std::size_t index) {
    return static_cast<seeded_unit&>(*current().units[index]);
  }
  std::uint64_t counted(actors::counter actors::counters::*which) const;
  std::size_t subscribers(std::string_view nsp) const;
  /// The rooms that the shards know a socket to be in, its own aside; empty, too, without it.
  std::set<std::string> rooms_of(std::string_view nsp, std::string_view sid) const;
  std::size_t sessions() const;
  /// Bytes that wait for the client that has most of them waiting.
  std::size_t longest_queue() const;
  /// At rest, with all clients gone: what is left of them all the same, a line each.
  std::vector<std::string> left_over();
  /// Steps that were done.
  std::size_t steps() const noexcept { return steps_; }

 private:
  bool is_stalled(std::size_t shard) const noexcept;
  time_point next_due(time_point before) const;
  const parts& current() const;
  std::unique_ptr<actors::pinned_unit> make_unit(caf::actor_system& system) override;
  void attach(const parts& made) override;
  void start_listening(const actors::directory& shared) override;
  void stop_listening(const actors::directory& shared) override;
  void stopped(const actors::directory& shared, bool failed) override;
  void run_until_stopped(const actors::directory& shared) override;
  void detach(const actors::directory& shared) override;

  bool run_actor(std::size_t drawn);
  std::size_t permuted(std::size_t ready);
  void strike(const caf::resumable* next);
  bool deliver(wire& to);
  bool end_turns();
  void end_turn(const parts& server, std::size_t index);
  bool pass_time(time_point end);
  std::size_t ready_count() const;

  manual_clock clock_;
  seeded_random ids_;
  std::mt19937_64 random_;
  std::vector<parts> servers_;
  std::vector<std::shared_ptr<wire>> wires_;
  std::vector<participant*> participants_;
  const actors::directory* listening_ = nullptr;
  /// An actor that is to die.
  struct doomed {
    caf::actor who;
    const caf::resumable* job;
    std::size_t messages_left;
    std::shared_ptr<fault_count> count;
  };

  seeded_system* system_ = nullptr;
  trace* trace_ = nullptr;
  std::vector<doomed> doomed_;
  time_point permuted_until_{};
  std::uint64_t order_ = 0;
  std::vector<time_point> stalled_until_;  // By shard.
  time_point starved_until_{};
  std::size_t steps_ = 0;
  std::size_t steps_at_once_ = 0;  // Since time passed.
  std::size_t messages_ = 0;       // That actors handled.
  bool stopped_ = false;
  bool failed_ = false;
};

}  // namespace troupe::harness
