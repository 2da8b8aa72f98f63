#pragma once

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/harness/simulation.hpp>
#include <troupe/runtime/server.hpp>
#include <troupe/runtime/shard.hpp>

namespace troupe::testing {

/// A server in a simulation of its own. Declare what handlers refer to before it: it ends its
/// server when it goes, and fails the test if anything is left then.
class server_bench {
 public:
  explicit server_bench(std::uint64_t seed, unsigned shards = 1, options user = {},
                        caf::actor_system* embedder = nullptr);
  /// stop(), and everything is gone.
  ~server_bench();
  server_bench(const server_bench&) = delete;
  server_bench& operator=(const server_bench&) = delete;

  nsp of(std::string_view name) { return server_->of(name); }
  nsp io() { return of("/"); }
  troupe::server& server() noexcept { return *server_; }
  harness::simulation& world() noexcept { return world_; }

  // As harness::simulation.
  std::shared_ptr<harness::wire> open_connection() { return world_.open_connection(); }
  bool step() { return world_.step(); }
  void run() { world_.run(); }
  void run_some(std::size_t steps) { world_.run_some(steps); }
  void advance(std::chrono::milliseconds by) { world_.advance(by); }
  bool is_stopped() const noexcept { return world_.is_stopped(); }
  bool has_failed() const noexcept { return world_.has_failed(); }
  bool is_listening() const noexcept { return world_.is_listening(); }
  std::uint64_t counted(actors::counter actors::counters::*which) const {
    return world_.counted(which);
  }
  std::size_t subscribers(std::string_view nsp) const { return world_.subscribers(nsp); }
  std::size_t sessions() const { return world_.sessions(); }
  actors::directory& directory() noexcept { return world_.directory(); }
  runtime::shard& shard(unsigned index) noexcept { return world_.shard(index); }
  harness::seeded_unit& unit(unsigned index) noexcept { return world_.unit(index); }
  std::mt19937_64& random() noexcept { return world_.random(); }
  harness::time_point now() const noexcept { return world_.now(); }

  /// Ends the server as server::close() does, close_timeout included.
  void stop();
  /// At rest, with all clients gone: fails the test if anything of them is left.
  void check_nothing_left();
  caf::actor broadcaster(std::string_view nsp = "/") {
    return directory().open(nsp)->broadcaster();
  }
  const std::vector<std::string>& log() const noexcept { return log_; }

 private:
  struct own_system;
  std::unique_ptr<own_system> own_;
  caf::actor_system& system_;
  std::size_t others_running_;
  std::vector<std::string> log_;
  harness::simulation world_;
  std::unique_ptr<troupe::server> server_;
};

}  // namespace troupe::testing
