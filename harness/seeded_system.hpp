#pragma once

#include <cstddef>
#include <memory>

#include <troupe/actors/caf.hpp>
#include <troupe/harness/seams.hpp>

namespace troupe::harness {

/// An actor system without a thread: whoever is spawned in it, by a program's own `spawn` or by an
/// actor of the program's, runs when a simulation says so, one message at a time, and has the
/// simulation's time for its requests and delayed messages. Not so: detached and blocking actors,
/// which have threads of their own. Give it to simulation::add() and to the server. Thread: one.
class seeded_system {
 public:
  seeded_system();
  /// Actors that are still there get what was sent to them; it waits for their end, as any actor
  /// system does.
  ~seeded_system();
  caf::actor_system& get() noexcept;

  // For the simulation.
  std::size_t ready_count() const noexcept;
  /// One message of one of those that are ready.
  void run_one(std::size_t which);
  /// When the next timeout is; max() for never.
  time_point due() const;
  /// Lets the timeouts that are due by then strike. Times only grow.
  void set_time(time_point now);

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace troupe::harness
