#include <troupe/actors/subscriber_table.hpp>

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include <tests/actors/idle_link.hpp>

using namespace troupe::actors;

namespace {

/// Sockets, each in `rooms_each` of as many rooms as there are sockets.
class populated_table {
 public:
  populated_table(std::size_t sockets, std::size_t rooms_each) {
    for (std::size_t i = 0; i < sockets; ++i) {
      links_.push_back(std::make_unique<testing::idle_link>());
      subscriber& made = table.add("sid-" + std::to_string(i), *links_.back());
      for (std::size_t r = 0; r < rooms_each; ++r)
        table.join(made, "room-" + std::to_string((i + r) % sockets));
    }
  }

 private:
  counters count_;
  std::vector<std::unique_ptr<testing::idle_link>> links_;

 public:
  subscriber_table table{0, count_};
};

std::size_t select_count(subscriber_table& table, const target_set* targets) {
  std::size_t visited = 0;
  table.select(targets, [&](subscriber& who) {
    benchmark::DoNotOptimize(who.connection);
    ++visited;
  });
  return visited;
}

void select_all(benchmark::State& state) {
  populated_table of(static_cast<std::size_t>(state.range(0)), 0);
  std::size_t visited = 0;
  for (auto _ : state) visited += select_count(of.table, nullptr);
  state.SetItemsProcessed(static_cast<std::int64_t>(visited));
}
BENCHMARK(select_all)->Arg(1000);

/// A room of ten, among as many rooms as the argument says.
void select_room(benchmark::State& state) {
  populated_table of(static_cast<std::size_t>(state.range(0)), 10);
  const target_set targets{{"room-500"}, {}};
  std::size_t visited = 0;
  for (auto _ : state) visited += select_count(of.table, &targets);
  state.SetItemsProcessed(static_cast<std::int64_t>(visited));
}
BENCHMARK(select_room)->Arg(1000)->Arg(100'000);

void select_overlapping_rooms(benchmark::State& state) {
  populated_table of(1000, 10);
  const target_set targets{{"room-500", "room-501", "room-502"}, {"sid-500"}};
  std::size_t visited = 0;
  for (auto _ : state) visited += select_count(of.table, &targets);
  state.SetItemsProcessed(static_cast<std::int64_t>(visited));
}
BENCHMARK(select_overlapping_rooms);

void join_and_leave(benchmark::State& state) {
  populated_table of(1000, 10);
  subscriber& who = *of.table.find("sid-7");
  for (auto _ : state) {
    of.table.join(who, "another");
    of.table.leave(who, "another");
  }
}
BENCHMARK(join_and_leave);

void add_and_remove(benchmark::State& state) {
  populated_table of(1000, 0);
  testing::idle_link own;
  for (auto _ : state) of.table.remove(of.table.add("another", own));
}
BENCHMARK(add_and_remove);

}  // namespace
