#include <tests/catch.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include <tests/seeds.hpp>
#include <troupe/runtime/timers.hpp>

using namespace std::chrono_literals;
using troupe::runtime::time_point;

namespace {

const time_point start{std::chrono::hours(1)};

struct noting_timer final : troupe::runtime::timer {
  explicit noting_timer(std::function<void(time_point)> what) : on_expired(std::move(what)) {}
  void expired(time_point now) override { on_expired(now); }
  std::function<void(time_point)> on_expired;
};

}  // namespace

TEST_CASE("timers call those that are due, in the order of their times") {
  troupe::runtime::timers timers;
  std::vector<int> called;
  noting_timer a([&](time_point) { called.push_back(1); });
  noting_timer b([&](time_point) { called.push_back(2); });
  noting_timer c([&](time_point) { called.push_back(3); });
  timers.schedule(a, start + 3ms);
  timers.schedule(b, start + 1ms);
  timers.schedule(c, start + 9ms);
  CHECK(timers.next() == start + 1ms);
  timers.expire(start + 5ms);
  CHECK(called == std::vector<int>{2, 1});
  CHECK(timers.next() == start + 9ms);
  timers.expire(start + 5ms);
  CHECK(called.size() == 2);
}

TEST_CASE("a timer that is scheduled again is due at the new time only") {
  troupe::runtime::timers timers;
  int calls = 0;
  noting_timer a([&](time_point) { ++calls; });
  timers.schedule(a, start + 1ms);
  timers.schedule(a, start + 5ms);
  CHECK(timers.size() == 1);
  timers.expire(start + 4ms);
  CHECK(calls == 0);
  timers.schedule_by(a, start + 9ms);  // Due earlier already.
  CHECK(timers.next() == start + 5ms);
  timers.schedule_by(a, start + 2ms);
  CHECK(timers.next() == start + 2ms);
  timers.schedule(a, time_point::max());
  CHECK(timers.size() == 0);
  CHECK(timers.next() == time_point::max());
}

TEST_CASE("a timer that schedules itself for now waits for the next call") {
  troupe::runtime::timers timers;
  int calls = 0;
  noting_timer a([](time_point) {});
  noting_timer other([&](time_point) { calls += 100; });
  a.on_expired = [&](time_point now) {
    ++calls;
    timers.schedule(a, now);
  };
  timers.schedule(a, start);
  timers.schedule(other, start);
  timers.expire(start);
  CHECK(calls == 101);
  timers.expire(start);
  CHECK(calls == 102);
}

TEST_CASE("a timer may cancel and destroy others while it is called") {
  troupe::runtime::timers timers;
  std::vector<std::unique_ptr<noting_timer>> others;
  int calls = 0;
  for (int i = 0; i < 20; ++i) {
    others.push_back(std::make_unique<noting_timer>([&](time_point) { ++calls; }));
    timers.schedule(*others.back(), start + 1ms);
  }
  noting_timer first([&](time_point) {
    timers.cancel(*others.back());
    others.erase(others.begin(), others.begin() + 10);
  });
  timers.schedule(first, start);
  timers.expire(start + 2ms);
  CHECK(calls == 9);
  CHECK(timers.size() == 0);
}

TEST_CASE("a timer may destroy itself while it is called") {
  troupe::runtime::timers timers;
  std::unique_ptr<noting_timer> own;
  own = std::make_unique<noting_timer>([&](time_point) { own.reset(); });
  timers.schedule(*own, start);
  timers.expire(start);
  CHECK(own == nullptr);
  CHECK(timers.size() == 0);
}

TEST_CASE("timers do what a sorted map does") {
  troupe::testing::with_seeds(200, [](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    troupe::runtime::timers timers;
    std::vector<std::unique_ptr<noting_timer>> all(40);
    std::map<std::size_t, time_point> model;
    std::vector<std::size_t> called;
    time_point now = start;
    for (int step = 0; step < 300; ++step) {
      const std::size_t which = random() % all.size();
      const time_point due = now + std::chrono::milliseconds(random() % 50);
      if (!all[which])
        all[which] =
            std::make_unique<noting_timer>([&, which](time_point) { called.push_back(which); });
      switch (random() % 6) {
        case 0:
          timers.cancel(*all[which]);
          model.erase(which);
          break;
        case 1:
          all[which].reset();
          model.erase(which);
          break;
        case 2:
          timers.schedule_by(*all[which], due);
          if (!model.contains(which) || model[which] > due) model[which] = due;
          break;
        case 3: {
          now += std::chrono::milliseconds(random() % 20);
          called.clear();
          timers.expire(now);
          const bool in_order = std::is_sorted(
              called.begin(), called.end(),
              [&](std::size_t left, std::size_t right) { return model[left] < model[right]; });
          REQUIRE(in_order);
          for (const std::size_t one : called) REQUIRE(model.erase(one) == 1);
          for (const auto& [index, time] : model) REQUIRE(time > now);
          break;
        }
        default:
          timers.schedule(*all[which], due);
          model[which] = due;
      }
      REQUIRE(timers.size() == model.size());
      time_point next = time_point::max();
      for (const auto& [index, time] : model) next = std::min(next, time);
      REQUIRE(timers.next() == next);
    }
  });
}
