#include <troupe/harness/report.hpp>

#include <boost/json.hpp>
#include <cstdio>

#include <troupe/harness/revision.hpp>

namespace troupe::harness {

namespace json = boost::json;

std::string clock_text(std::chrono::microseconds time) {
  const auto micros = time.count();
  char text[64];
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(micros / 1'000'000),
                static_cast<long long>(micros % 1'000'000));
  return text;
}

std::string hash_text(std::uint64_t hash) {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

namespace {

std::string_view outcome_of(const fault_count& count) {
  if (count.fired != 0) return "fired";
  return count.armed != 0 ? "never reached" : "not armed";
}

json::string_view view_of(std::string_view text) {
  return {text.data(), text.size()};
}

json::object object_of(const trace_event& event) {
  json::object made;
  made["number"] = event.number;
  made["at"] = event.at.count();
  made["lane"] = event.lane;
  made["what"] = event.what;
  made["text"] = event.text;
  if (event.cause != 0) made["cause"] = event.cause;
  return made;
}

json::object object_of(const run_result& result) {
  json::object made;
  made["revision"] = view_of(revision());
  made["seed"] = result.seed;
  made["simulated"] = result.is_simulated;
  made["hash"] = hash_text(result.hash);
  made[result.is_simulated ? "virtual_seconds" : "seconds"] =
      static_cast<double>(result.virtual_time.count()) / 1e6;
  made["steps"] = result.steps;
  made["deliveries"] = result.deliveries;
  json::array faults;
  for (const rule_outcome& one : result.faults) {
    json::object listed;
    listed["rule"] = json::parse(to_json(one.rule));
    listed["armed"] = one.count.armed;
    listed["fired"] = one.count.fired;
    listed["outcome"] = view_of(outcome_of(one.count));
    faults.push_back(std::move(listed));
  }
  made["faults"] = std::move(faults);
  if (!result.broken) return made;
  made["violation"] = {{"invariant", result.broken->invariant},
                       {"text", result.broken->text},
                       {"at", result.broken->at.count()}};
  json::array events;
  for (const trace_event& event : result.events) events.push_back(object_of(event));
  made["events"] = std::move(events);
  made["scenario"] = json::parse(to_json(result.played));
  return made;
}

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      case '"':
        made += "&quot;";
        break;
      default:
        made += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  }
  return made;
}

}  // namespace

std::string text_report(const run_result& result) {
  std::string text = "seed " + std::to_string(result.seed) + ", " +
                     (result.is_simulated ? "trace " + hash_text(result.hash) : "real sockets") +
                     ": " + (result.broken ? "VIOLATED" : "all held") + "\n  ";
  if (result.is_simulated) text += std::to_string(result.steps) + " steps, ";
  text += std::to_string(result.deliveries) + " deliveries, " + clock_text(result.virtual_time) +
          (result.is_simulated ? " s of virtual time" : " s") + ", troupe " +
          std::string(revision()) + "\n";
  if (!result.broken) return text;
  text += "\n" + result.broken->invariant + ": " + result.broken->text + "\n\nthe last events:\n";
  for (const trace_event& event : result.events)
    text += "  " + clock_text(event.at) + "  " + event.lane + "  " + event.what + "  " +
            event.text + "\n";
  text += "\nfaults:\n";
  for (const rule_outcome& one : result.faults)
    text += "  armed " + std::to_string(one.count.armed) + ", fired " +
            std::to_string(one.count.fired) + " (" + std::string(outcome_of(one.count)) +
            "): " + to_json(one.rule) + "\n";
  text += "\nscenario, to run again with --seed " + std::to_string(result.seed) + ":\n" +
          to_json(result.played) + "\n";
  return text;
}

std::string json_report(std::span<const run_result> results) {
  json::array made;
  for (const run_result& result : results) made.push_back(object_of(result));
  return json::serialize(made) + "\n";
}

std::string junit_report(std::span<const run_result> results) {
  std::size_t failures = 0;
  for (const run_result& result : results) failures += result.broken ? 1 : 0;
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"troupe-fault\" tests=\"" +
      std::to_string(results.size()) + "\" failures=\"" + std::to_string(failures) +
      "\">\n  <properties><property name=\"revision\" value=\"" + escaped(revision()) +
      "\"/></properties>\n";
  for (const run_result& result : results) {
    text += "  <testcase classname=\"" + escaped(result.played.name) + "\" name=\"seed " +
            std::to_string(result.seed) + "\"";
    if (!result.broken) {
      text += "/>\n";
      continue;
    }
    text += ">\n    <failure type=\"" + escaped(result.broken->invariant) + "\" message=\"" +
            escaped(result.broken->text) + "\">" + escaped(text_report(result)) +
            "</failure>\n  </testcase>\n";
  }
  return text + "</testsuite>\n";
}

}  // namespace troupe::harness
