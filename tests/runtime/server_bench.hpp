#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <tests/transport/memory_stream.hpp>
#include <troupe/actors/transport_actor.hpp>
#include <troupe/runtime/server.hpp>
#include <troupe/runtime/settings.hpp>

namespace troupe::testing {

class bench_client;

/// A clock that a test moves.
class manual_clock final : public clock {
 public:
  runtime::time_point now() const noexcept override { return now_; }
  std::chrono::system_clock::time_point wall() const noexcept override { return {}; }
  void set(runtime::time_point now) noexcept { now_ = now; }

 private:
  runtime::time_point now_{std::chrono::hours(1)};
};

/// Random bytes that depend on a seed only.
class seeded_random final : public random_source {
 public:
  explicit seeded_random(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::byte> into) override {
    for (std::byte& one : into) one = static_cast<std::byte>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

/// Runs one message of one ready actor at a time, whichever the caller draws.
class seeded_unit final : public actors::pinned_unit {
 public:
  explicit seeded_unit(caf::actor_system& system) : pinned_unit(system) {}
  ~seeded_unit();
  std::size_t ready_count() const noexcept { return ready_.size(); }
  void run_one(std::size_t which);

 private:
  void submit(caf::resumable* job) override { ready_.push_back(job); }
  std::vector<caf::resumable*> ready_;
};

/// A whole server without a thread, a socket or a clock of its own: shards, standing actors, and
/// clients over memory. What happens next is drawn from the seed: a message of an actor, readiness
/// of a connection, a client's turn, or the end of a shard's turn, so every interleaving between
/// shards that threads could show comes up. Declare what handlers refer to before it: it ends its
/// server when it goes.
class server_bench final : actors::transport_port {
 public:
  explicit server_bench(std::uint64_t seed, unsigned shards = 1, options user = {},
                        caf::actor_system* embedder = nullptr);
  /// stop(), and everything is gone.
  ~server_bench() override;

  nsp of(std::string_view name) { return {*shared_, shared_->open(name)}; }
  nsp io() { return of("/"); }

  /// A new connection's other end.
  std::shared_ptr<transport::testing::wire> open_connection();
  /// Does one thing; false if there is nothing to do now.
  bool step();
  /// Steps until nothing is left to do at this time.
  void run();
  /// At most `steps`: stops in the middle of things.
  void run_some(std::size_t steps);
  /// Lets time pass, deadline by deadline.
  void advance(std::chrono::milliseconds by);
  /// Ends the server as server::close() does, close_timeout included.
  void stop();
  bool is_stopped() const noexcept { return stopped_; }
  bool has_failed() const noexcept { return failed_; }
  bool is_listening() const noexcept { return listening_; }

  /// At rest, with all clients gone: fails the test if anything of them is left.
  void check_nothing_left();
  /// The sums over all shards.
  std::uint64_t counted(actors::counter actors::counters::*which) const;
  std::size_t subscribers(std::string_view nsp) const;
  std::size_t sessions() const;

  actors::directory& directory() noexcept { return *shared_; }
  seeded_unit& unit(unsigned index) noexcept { return *units_[index]; }
  runtime::shard& shard(unsigned index) noexcept { return *shards_[index]; }
  caf::actor broadcaster(std::string_view nsp = "/") { return shared_->open(nsp)->broadcaster(); }
  std::mt19937_64& random() noexcept { return random_; }
  const std::vector<std::string>& log() const noexcept { return log_; }
  runtime::time_point now() const noexcept { return clock_.now(); }

 private:
  friend class bench_client;
  using wire_ptr = std::shared_ptr<transport::testing::wire>;

  void start_listening() override { listening_ = true; }
  void stop_listening() override { listening_ = false; }
  bool end_turns();
  bool deliver(transport::testing::wire& to);

  struct own_system;
  manual_clock clock_;
  seeded_random ids_;
  std::mt19937_64 random_;
  std::unique_ptr<own_system> own_;
  caf::actor_system& system_;
  std::size_t others_running_;
  runtime::shard_settings settings_;
  std::vector<std::string> log_;
  std::vector<std::unique_ptr<boost::asio::io_context>> loops_;
  std::unique_ptr<actors::directory> shared_;
  std::vector<std::unique_ptr<seeded_unit>> units_;
  std::vector<std::unique_ptr<runtime::shard>> shards_;
  std::vector<wire_ptr> wires_;
  std::vector<bench_client*> clients_;
  std::size_t steps_ = 0;
  std::size_t messages_ = 0;  // That actors handled.
  bool listening_ = false;
  bool stopped_ = false;
  bool failed_ = false;
};

}  // namespace troupe::testing
