#include <tests/catch.hpp>

#include <algorithm>
#include <map>

#include <troupe/harness/report.hpp>
#include <troupe/harness/run.hpp>

#include <tests/seeds.hpp>

using namespace std::chrono_literals;
using namespace troupe::harness;
using troupe::testing::with_seeds;

TEST_CASE("a run is a function of its seed") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const run_result one = run(standard_scenario(), seed);
    const run_result other = run(standard_scenario(), seed);
    CHECK(one.hash == other.hash);
    CHECK(one.steps == other.steps);
  }
  CHECK(run(standard_scenario(), 1).hash != run(standard_scenario(), 2).hash);
}

TEST_CASE("without faults everything holds") {
  with_seeds(30, [](std::uint64_t seed) {
    scenario what = standard_scenario();
    what.drawn_faults = 0;
    const run_result result = run(what, seed);
    INFO(text_report(result));
    CHECK_FALSE(result.broken);
    CHECK(result.deliveries > 100);
  });
}

TEST_CASE("whatever faults are drawn, every guarantee holds") {
  with_seeds(200, [](std::uint64_t seed) {
    const run_result result = run(standard_scenario(), seed);
    INFO(text_report(result));
    REQUIRE_FALSE(result.broken);
  });
}

TEST_CASE("a predicate of the user's that fails is told, with the seed and a smaller scenario") {
  run_options how;
  int looks = 0;
  how.predicates.push_back({"not for long", [&] { return ++looks < 30; }});
  const run_result result = run(standard_scenario(), 3, how);
  REQUIRE(result.broken);
  CHECK(result.broken->invariant == "not for long");
  CHECK(result.events.size() == trace::kept_by_default);
  CHECK(text_report(result).find("seed 3") != std::string::npos);
}

TEST_CASE("an actor dies in the message that a rule says") {
  scenario what = standard_scenario();
  what.drawn_faults = 0;
  what.at(2s).on(client(1)).crash_in_message(3);
  what.at(2s).on(client(2)).crash_in_message(100'000);
  run_options how;
  how.kept_events = 10'000;
  const run_result result = run(what, 1, how);
  INFO(text_report(result));
  CHECK_FALSE(result.broken);
  CHECK(result.faults[0].count.fired == 1);
  CHECK(result.faults[1].count.armed == 1);
  CHECK(result.faults[1].count.fired == 0);
  const auto ends = [&](const char* lane) {
    return std::any_of(result.events.begin(), result.events.end(), [&](const auto& event) {
      return event.lane == lane && event.what == "disconnect" &&
             event.text.ends_with("forced server close") && event.at > 2s;
    });
  };
  CHECK(ends("actor 1"));
  CHECK_FALSE(ends("actor 2"));
}

TEST_CASE("a partition holds a client until it is healed by a rule") {
  for (const bool heals : {false, true}) {
    scenario what = standard_scenario();
    what.drawn_faults = 0;
    what.actions_per_second = 5;
    what.at(1s).on(client(1)).partition();
    if (heals) what.at(2s).on(client(1)).heal();
    run_options how;
    how.kept_events = 100'000;
    const run_result result = run(what, 1, how);
    INFO(text_report(result));
    CHECK_FALSE(result.broken);
    const auto heard =
        std::count_if(result.events.begin(), result.events.end(), [](const trace_event& event) {
          return event.lane == "client 1" && event.what == "receive" && event.at > 2s &&
                 event.at < 12s;
        });
    CHECK((heard > 0) == heals);
  }
}

TEST_CASE("another order of what happens is another run, in which everything holds") {
  with_seeds(20, [](std::uint64_t seed) {
    scenario what = standard_scenario();
    what.drawn_faults = 0;
    const run_result usual = run(what, seed);
    what.at(0ms).lasting(60s).inflict(fault::permuted_scheduling);
    const run_result other = run(what, seed);
    INFO(text_report(other));
    CHECK_FALSE(other.broken);
    CHECK(other.hash != usual.hash);
    CHECK(other.hash == run(what, seed).hash);
  });
}

TEST_CASE("what a client asks for is an arrow to its actor, and what comes of it one back") {
  scenario what = standard_scenario();
  what.drawn_faults = 0;
  run_options how;
  how.kept_events = 100'000;
  const run_result result = run(what, 1, how);
  std::map<std::uint64_t, const trace_event*> by_number;
  for (const trace_event& event : result.events) by_number[event.number] = &event;
  std::size_t arrows = 0;
  for (const trace_event& event : result.events) {
    if (event.what != "act" || !event.lane.starts_with("actor ")) continue;
    REQUIRE(event.cause != 0);
    const trace_event& asked = *by_number.at(event.cause);
    CHECK(asked.lane.substr(7) == event.lane.substr(6));  // "client N", "actor N".
    CHECK(asked.text.substr(0, asked.text.find(' ')) == event.text.substr(0, event.text.find(' ')));
    ++arrows;
  }
  CHECK(arrows > 50);
}

TEST_CASE("every read and write of a short run may fail") {
  scenario what = standard_scenario();
  what.drawn_faults = 0;
  what.clients = 2;
  what.duration = 300ms;
  const std::size_t runs = fail_every_operation(what, 1, [](const run_result& result) {
    INFO(text_report(result));
    REQUIRE_FALSE(result.broken);
    return true;
  });
  CHECK(runs > 20);
}
