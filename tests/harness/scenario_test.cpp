#include <tests/catch.hpp>

#include <troupe/harness/report.hpp>
#include <troupe/harness/scenario.hpp>

using namespace std::chrono_literals;
using namespace troupe::harness;

TEST_CASE("a scenario reads as it was written") {
  scenario made = standard_scenario();
  made.drawn_faults = 0;
  made.name = "mine";
  made.at(2s).on(client(3)).reset_peer(after(17_bytes));
  made.every(100ms).with_probability(0.5).on(connections()).crash();
  made.at(1s).downstream().lasting(2s).latency(300ms, 100ms);
  const std::string text = to_json(made);
  const auto read = scenario_from_json(text);
  REQUIRE(read.has_value());
  CHECK(to_json(*read) == text);
  CHECK(read->rules.size() == 3);
  CHECK(read->rules[0].clients == std::vector<unsigned>{3});
  CHECK(read->rules[0].attribute("after_bytes", 0) == 17);
  CHECK(read->rules[1].every == 100ms);
}

TEST_CASE("a scenario that is wrong says what is wrong") {
  CHECK(scenario_from_json("[]").error() == "expected an object");
  CHECK(scenario_from_json("{").error().starts_with("not JSON"));
  CHECK(scenario_from_json(R"({"colour": 1})").error() == "unknown member colour");
  CHECK(scenario_from_json(R"({"faults": [{"at": 1}]})").error() ==
        "faults: a fault without its name");
  CHECK(scenario_from_json(R"({"faults": [{"fault": "rain"}]})").error() ==
        "fault: no such fault, see troupe-fault list");
  CHECK(scenario_from_json(R"({"duration": "long"})").error() == "duration: expected a number");
}

TEST_CASE("every fault has a name of its own, and is found by it") {
  for (const fault_description& one : all_faults()) {
    CHECK(fault_named(one.name) == one.kind);
    CHECK(&describe(one.kind) == &one);
  }
}

TEST_CASE("drawn faults are a function of the seed") {
  const scenario mix = standard_scenario();
  CHECK(to_json(expanded(mix, 1)) == to_json(expanded(mix, 1)));
  CHECK(to_json(expanded(mix, 1)) != to_json(expanded(mix, 2)));
  CHECK(expanded(mix, 1).rules.size() == mix.drawn_faults);
}

TEST_CASE("reports hold what is hostile in a result") {
  run_result result;
  result.seed = 7;
  result.played.name = "a \"name\" & <more>";
  result.broken = violation{"order", "</script><b>", {}};
  result.events.push_back({1, {}, "client 1", "receive", "]]> \x01", 0});
  CHECK(junit_report({&result, 1}).find("a &quot;name&quot; &amp; &lt;more&gt;") !=
        std::string::npos);
  const std::string page = timeline(result);
  CHECK(page.find("</script><b>") == std::string::npos);
  CHECK(text_report(result).find("seed 7") != std::string::npos);
}
