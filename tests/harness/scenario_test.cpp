#include <tests/catch.hpp>

#include <troupe/harness/report.hpp>
#include <troupe/harness/revision.hpp>
#include <troupe/harness/scenario_members.hpp>
#include <troupe/version.hpp>

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

TEST_CASE("a scenario that is wrong says what is wrong, and where") {
  const auto flaw = [](const char* text) {
    const auto read = scenario_from_json(text);
    return read ? flaw_of(*read) : read.error();
  };
  CHECK(flaw("[]") == "expected an object");
  CHECK(flaw("{\n\n  \"clients\": 3,,\n}").starts_with("line 3: not JSON: "));
  CHECK(flaw("{").starts_with("line 1: not JSON: "));
  CHECK(flaw("{} {}").starts_with("line 1: not JSON: "));
  CHECK(flaw(R"({"colour": 1})") == "colour: unknown member");
  CHECK(flaw(R"({"server": {"ping": 1}})") == "server.ping: unknown member");
  CHECK(flaw(R"({"faults": [{"at": 1}]})") == "faults[0]: expected a member \"fault\"");
  CHECK(flaw(R"({"faults": [{"fault": "kill"}, {"fault": "rain"}]})") ==
        "faults[1].fault: no such fault: \"rain\"; see troupe-fault list");
  CHECK(flaw(R"({"faults": [{"fault": "latency", "attributes": {"latncy": 5}}]})") ==
        "faults[0].attributes.latncy: no attribute of latency, which has latency=1000 ms, "
        "jitter=0 ms");
  CHECK(flaw(R"({"faults": [{"fault": "kill", "attributes": {"delay": 5}}]})") ==
        "faults[0].attributes.delay: no attribute of kill, which has none");
  CHECK(flaw(R"({"faults": [{"fault": "slicer", "attributes": {"average_size": 0}}]})") ==
        "faults[0].attributes.average_size: expected 1 to 1000000000");
  CHECK(flaw(R"({"faults": [{"fault": "kill", "clients": [7]}]})") ==
        "faults[0].clients: there is no client 7, the last is 4");
  CHECK(flaw(R"({"faults": [{"fault": "kill", "at": 12000}]})") ==
        "faults[0].at: 12000 is not before the end, 12000");
  CHECK(flaw(R"({"faults": [{"fault": "kill", "at": 9, "until": 8}]})") ==
        "faults[0].until: expected at least what `at` is");
  CHECK(flaw(R"({"faults": [{"fault": "kill", "stream": "sideways"}]})") ==
        "faults[0].stream: expected upstream, downstream or both");
}

TEST_CASE("every number of a scenario is refused outside of its range") {
  const auto reads = [](std::string_view around, std::string_view name, double number) {
    std::string text(around);
    text.replace(text.find('@'), 1, "\"" + std::string(name) + "\": " + number_text(number));
    return scenario_from_json(text).has_value();
  };
  std::size_t checked = 0;
  const auto check = [&](std::string_view around, const member& of) {
    if (of.is != member::kind::number && of.is != member::kind::whole) return;
    ++checked;
    CAPTURE(of.name);
    CHECK(reads(around, of.name, of.least));
    CHECK(reads(around, of.name, of.most));
    CHECK_FALSE(reads(around, of.name, of.least - 1));
    CHECK_FALSE(reads(around, of.name, of.most + 1));
    CHECK(reads(around, of.name, of.least + 0.5) == (of.is == member::kind::number));
  };
  for (const member& of : scenario_members()) check("{@}", of);
  for (const member& of : server_members()) check(R"({"server": {@}})", of);
  for (const member& of : rule_members()) check(R"({"faults": [{"fault": "kill", @}]})", of);
  CHECK(checked > 20);
}

TEST_CASE("a rule made in C++ is held to the same") {
  scenario made = standard_scenario();
  CHECK_THROWS_AS(made.at(1s).inflict(fault::latency, {{"latncy", 5}}), std::invalid_argument);
  CHECK_THROWS_AS(made.at(1s).with_probability(7).crash(), std::invalid_argument);
  CHECK(made.rules.empty());
  made.at(1s).on(client(99)).crash();
  CHECK_THROWS_AS(run(made, 1), std::invalid_argument);
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

TEST_CASE("every report tells the revision") {
  run_result result;
  result.broken = violation{"order", "wrong", {}};
  CHECK(revision().starts_with(troupe::version));
  for (const std::string& told : {text_report(result), json_report({&result, 1}),
                                  junit_report({&result, 1}), timeline(result)})
    CHECK(told.find(revision()) != std::string::npos);
}
