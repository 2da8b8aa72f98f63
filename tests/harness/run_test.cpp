#include <tests/catch.hpp>

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
