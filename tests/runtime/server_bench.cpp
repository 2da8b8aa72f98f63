#include <tests/runtime/server_bench.hpp>

#include <tests/catch.hpp>

namespace troupe::testing {

struct server_bench::own_system {
  own_system() : system((init_actor_types(), configured(config))) {}
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    actors::configure(config, 1);
    return config;
  }
  caf::actor_system_config config;
  caf::actor_system system;
};

server_bench::server_bench(std::uint64_t seed, unsigned shards, options user,
                           caf::actor_system* embedder)
    : own_(embedder == nullptr ? std::make_unique<own_system>() : nullptr),
      system_(embedder == nullptr ? own_->system : *embedder),
      others_running_(system_.registry().running()),
      world_(seed) {
  user.threads = shards;
  user.log = [this](log_level, std::string_view line) { log_.emplace_back(line); };
  server_ = std::make_unique<troupe::server>(system_, world_.options_for(std::move(user)));
  server_->start();
  run();
}

server_bench::~server_bench() {
  stop();
  CHECK(is_stopped());
  server_.reset();
  CHECK(system_.registry().running() == others_running_);
}

void server_bench::stop() {
  server_->close();
  server_->wait();
  run();
}

void server_bench::check_nothing_left() {
  for (const std::string& left : world_.left_over()) FAIL_CHECK(left);
  const std::size_t standing = 2 + world_.shard_count() + directory().all().size();
  CHECK(system_.registry().running() == others_running_ + standing);
}

}  // namespace troupe::testing
