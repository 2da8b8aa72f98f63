#include <benchmark/benchmark.h>

#include <deque>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>
#include <troupe/server.hpp>

namespace actors = troupe::actors;

namespace {

/// A shard's loop without the reactor: who is ready waits in a plain queue.
class queue_unit final : public actors::pinned_unit {
 public:
  using pinned_unit::pinned_unit;
  void run_all() {
    while (!ready_.empty()) {
      caf::resumable* job = ready_.front();
      ready_.pop_front();
      if (!run(job, 128)) ready_.push_back(job);
    }
  }

 private:
  void submit(caf::resumable* job) override { ready_.push_back(job); }
  std::deque<caf::resumable*> ready_;
};

class counting_actor final : public actors::pinned_actor {
 public:
  counting_actor(caf::actor_config& config, std::size_t& count)
      : pinned_actor(config), count_(count) {}
  caf::behavior make_behavior() override {
    return {[this](const actors::start_listening&) { ++count_; },
            [this](const actors::stop_server&) { quit(); }};
  }

 private:
  std::size_t& count_;
};

/// From the loop to a pinned actor and into its handler: one message, or many that wait together.
void tell_pinned_actor(benchmark::State& state) {
  troupe::init_actor_types();
  caf::actor_system_config config;
  actors::configure(config, 1);
  caf::actor_system system(config);
  queue_unit unit(system);
  std::size_t handled = 0;
  auto receiver = actors::spawn_on<counting_actor>(system, unit, handled);
  unit.run_all();
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i)
      actors::tell(receiver, actors::start_listening{});
    unit.run_all();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(handled));
  actors::tell(receiver, actors::stop_server{});
  receiver = nullptr;
  unit.run_all();
}
BENCHMARK(tell_pinned_actor)->Arg(1)->Arg(64);

}  // namespace
