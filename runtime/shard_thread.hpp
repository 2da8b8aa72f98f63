#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/pinned_unit.hpp>
#include <troupe/runtime/shard.hpp>

namespace troupe::runtime {

/// The execution unit of one shard's actors on its io_context: what the shard's own thread submits
/// waits in a plain queue, what others submit in the inbox, behind a lock.
class loop_unit final : public actors::pinned_unit {
 public:
  loop_unit(caf::actor_system& system, boost::asio::io_context& loop)
      : pinned_unit(system), loop_(loop) {}
  ~loop_unit();

  /// From now on this thread is the shard's.
  void attach() noexcept;
  /// Runs at most `jobs` actors, each for at most `messages` messages. Only on its thread.
  void run_some(std::size_t jobs, std::size_t messages);
  bool has_work();
  /// Runs what there is on a thread that is not its own, while its own does not run. False:
  /// nothing.
  bool run_aside();

 private:
  void submit(caf::resumable* job) override;
  void take_inbox();

  boost::asio::io_context& loop_;
  std::deque<caf::resumable*> ready_;
  std::mutex mutex_;
  std::vector<caf::resumable*> inbox_;
  std::vector<caf::resumable*> taken_;  // Kept for its storage.
};

/// The loop of one shard: sleeps in the reactor until something comes or a deadline, reads all
/// that is there (bounded), runs the actors (bounded), then writes what the turn queued, each
/// session once.
class shard_thread {
 public:
  /// Throws system_error without the descriptors that its loop needs.
  shard_thread(shard& served, loop_unit& unit, boost::asio::io_context& loop);

  /// Runs until stop(); then what is left to do is done, what is left to write is written, and it
  /// returns.
  void run();
  /// Any thread.
  void stop();
  /// Runs the shard's actors here, once, without run() or I/O. False: they have nothing to do.
  bool run_actors() { return unit_.run_aside(); }

 private:
  void turn();
  void wait();
  void read_more();

  shard& shard_;
  loop_unit& unit_;
  boost::asio::io_context& loop_;
  std::atomic<bool> stopping_{false};
};

}  // namespace troupe::runtime
