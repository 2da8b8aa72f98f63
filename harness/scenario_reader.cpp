#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <troupe/harness/scenario.hpp>
#include <troupe/harness/scenario_members.hpp>

// Scenarios from JSON: whatever is not as scenario_members.hpp has it is refused, by its place.

namespace troupe::harness {

namespace json = boost::json;
using boost::system::in_place_error;

namespace {

/// What is wrong with a scenario's text; caught where it is read.
struct wrong {
  std::string text;
};

[[noreturn]] void refuse(const std::string& place, const std::string& text) {
  throw wrong{place + ": " + text};
}

std::string_view view_of(json::string_view text) {
  return {text.data(), text.size()};
}

double number_of(const json::value& from, const member& of, const std::string& place) {
  const bool is_whole = of.is != member::kind::number;
  const std::string expected = std::string("expected a ") + (is_whole ? "whole " : "") +
                               "number from " + number_text(of.least) + " to " +
                               number_text(of.most);
  if (!from.is_number()) refuse(place, expected);
  const double number = from.to_number<double>();
  if (!(number >= of.least && number <= of.most)) refuse(place, expected);
  if (is_whole && number != std::floor(number)) refuse(place, expected);
  return number;
}

milliseconds time_of(double number) {
  return milliseconds(static_cast<std::int64_t>(number));
}

std::string text_of(const json::value& from, const std::string& place) {
  if (!from.is_string()) refuse(place, "expected a string");
  return std::string(view_of(from.get_string()));
}

const json::object& object_of(const json::value& from, std::string_view place) {
  if (!from.is_object()) refuse(std::string(place), "expected an object");
  return from.get_object();
}

const json::array& list_of(const json::value& from, std::string_view place) {
  if (!from.is_array()) refuse(std::string(place), "expected an array");
  return from.get_array();
}

/// Calls `read(member, value, place)` for each member of `from`, all of which `known` must list.
template <class Read>
void each_member(const json::object& from, std::span<const member> known, const std::string& prefix,
                 Read read) {
  for (const auto& one : from) {
    const std::string_view name = view_of(one.key());
    const std::string place = prefix + std::string(name);
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const member& listed) { return listed.name == name; });
    if (found == known.end()) refuse(place, "unknown member");
    read(*found, one.value(), place);
  }
}

fault fault_of(const json::value& from, const std::string& place) {
  const std::string name = text_of(from, place);
  const auto kind = fault_named(name);
  if (!kind) refuse(place, "no such fault: \"" + name + "\"; see troupe-fault list");
  return *kind;
}

direction direction_of(const json::value& from, const std::string& place) {
  const std::string name = text_of(from, place);
  for (std::size_t i = 0; i < std::size(direction_names); ++i)
    if (direction_names[i] == name) return static_cast<direction>(i);
  refuse(place, "expected upstream, downstream or both");
}

void read_attributes(fault_rule& into, const json::value& from, const std::string& place) {
  for (const auto& one : object_of(from, place)) {
    const std::string name(view_of(one.key()));
    if (!one.value().is_number()) refuse(place + "." + name, "expected a number");
    into.attributes[name] = one.value().to_number<double>();
  }
}

fault_rule read_rule(const json::value& from, const std::string& place) {
  const json::object& rule = object_of(from, place);
  if (!rule.contains("fault")) refuse(place, "expected a member \"fault\"");
  fault_rule made;
  each_member(rule, rule_members(), place + ".",
              [&](const member& of, const json::value& given, const std::string& where) {
                const auto number = [&] { return number_of(given, of, where); };
                if (of.name == "fault") made.kind = fault_of(given, where);
                if (of.name == "at") made.at = time_of(number());
                if (of.name == "every") made.every = time_of(number());
                if (of.name == "until") made.until = time_of(number());
                if (of.name == "for") made.lasts = time_of(number());
                if (of.name == "probability") made.probability = number();
                if (of.name == "stream") made.stream = direction_of(given, where);
                if (of.name == "attributes") read_attributes(made, given, where);
                if (of.name == "clients")
                  for (const json::value& one : list_of(given, where))
                    made.clients.push_back(static_cast<unsigned>(number_of(one, of, where)));
              });
  if (const std::string flaw = flaw_of(made); !flaw.empty()) throw wrong{place + "." + flaw};
  return made;
}

void assign(milliseconds& to, double number) {
  to = time_of(number);
}
void assign(std::size_t& to, double number) {
  to = static_cast<std::size_t>(number);
}

void read_server(options& into, const json::value& from) {
  each_member(object_of(from, "server"), server_members(), "server.",
              [&](const member& of, const json::value& given, const std::string& where) {
                const double number = number_of(given, of, where);
                each_server_option(into, [&](std::string_view name, auto& option) {
                  if (name == of.name) assign(option, number);
                });
              });
}

void read_faults(scenario& into, const json::value& from) {
  std::size_t index = 0;
  for (const json::value& one : list_of(from, "faults"))
    into.rules.push_back(read_rule(one, "faults[" + std::to_string(index++) + "]"));
}

scenario read_scenario(const json::object& from) {
  scenario made = standard_scenario();
  made.drawn_faults = 0;
  each_member(from, scenario_members(), "",
              [&](const member& of, const json::value& given, const std::string& where) {
                const auto number = [&] { return number_of(given, of, where); };
                const auto count = [&] { return static_cast<unsigned>(number()); };
                if (of.name == "name") made.name = text_of(given, where);
                if (of.name == "clients") made.clients = count();
                if (of.name == "shards") made.shards = count();
                if (of.name == "duration") made.duration = time_of(number());
                if (of.name == "patience") made.patience = time_of(number());
                if (of.name == "actions_per_second") made.actions_per_second = number();
                if (of.name == "drawn_faults") made.drawn_faults = count();
                if (of.name == "server") read_server(made.server, given);
                if (of.name == "faults") read_faults(made, given);
              });
  return made;
}

}  // namespace

boost::system::result<scenario, std::string> scenario_from_json(std::string_view text) {
  boost::system::error_code bad;
  json::stream_parser parser;
  const std::size_t read = parser.write_some(text.data(), text.size(), bad);
  if (!bad && read != text.size()) bad = json::error::extra_data;
  if (!bad) parser.finish(bad);
  if (bad) {
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(read), '\n');
    return {in_place_error, "line " + std::to_string(line) + ": not JSON: " + bad.message()};
  }
  const json::value parsed = parser.release();
  if (!parsed.is_object()) return {in_place_error, "expected an object"};
  try {
    return read_scenario(parsed.get_object());
  } catch (const wrong& what) {
    return {in_place_error, what.text};
  }
}

scenario scenario_from_file(const std::string& path) {
  std::ifstream from(path);
  std::stringstream text;
  if (!from || !(text << from.rdbuf())) throw std::runtime_error(path + ": cannot be read");
  auto read = scenario_from_json(text.str());
  if (!read) throw std::runtime_error(path + ": " + read.error());
  return *std::move(read);
}

}  // namespace troupe::harness
