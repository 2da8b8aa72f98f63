#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <troupe/harness/scenario.hpp>

namespace troupe::harness {

namespace json = boost::json;
using boost::system::in_place_error;

namespace {

/// What is wrong with a scenario's text; caught where it is read.
struct wrong {
  std::string text;
};

double number_of(const json::value& from, std::string_view name) {
  if (!from.is_number()) throw wrong{std::string(name) + ": expected a number"};
  return from.to_number<double>();
}

milliseconds time_of(const json::value& from, std::string_view name) {
  return milliseconds(static_cast<std::int64_t>(number_of(from, name)));
}

unsigned count_of(const json::value& from, std::string_view name) {
  const double number = number_of(from, name);
  if (number < 0 || number > 1000) throw wrong{std::string(name) + ": expected 0 to 1000"};
  return static_cast<unsigned>(number);
}

std::string text_of(const json::value& from, std::string_view name) {
  if (!from.is_string()) throw wrong{std::string(name) + ": expected a string"};
  return std::string(from.get_string().data(), from.get_string().size());
}

constexpr std::string_view directions[] = {"both", "upstream", "downstream"};

direction direction_of(const std::string& name) {
  for (std::size_t i = 0; i < std::size(directions); ++i)
    if (directions[i] == name) return static_cast<direction>(i);
  throw wrong{"stream: expected upstream, downstream or both"};
}

void read_rule_member(fault_rule& into, std::string_view name, const json::value& from) {
  if (name == "fault") {
    const auto kind = fault_named(text_of(from, name));
    if (!kind) throw wrong{"fault: no such fault, see troupe-fault list"};
    into.kind = *kind;
  } else if (name == "at") {
    into.at = time_of(from, name);
  } else if (name == "every") {
    into.every = time_of(from, name);
    if (*into.every < milliseconds(1)) throw wrong{"every: expected at least 1 ms"};
  } else if (name == "until") {
    into.until = time_of(from, name);
  } else if (name == "for") {
    into.lasts = time_of(from, name);
  } else if (name == "probability") {
    into.probability = number_of(from, name);
  } else if (name == "stream") {
    into.stream = direction_of(text_of(from, name));
  } else if (name == "clients") {
    if (!from.is_array()) throw wrong{"clients: expected an array of numbers"};
    for (const json::value& one : from.get_array()) into.clients.push_back(count_of(one, name));
  } else if (name == "attributes") {
    if (!from.is_object()) throw wrong{"attributes: expected an object of numbers"};
    for (const auto& one : from.get_object())
      into.attributes[std::string(one.key())] = number_of(one.value(), "attributes");
  } else {
    throw wrong{"faults: unknown member " + std::string(name)};
  }
}

fault_rule read_rule(const json::value& from) {
  if (!from.is_object()) throw wrong{"faults: expected objects"};
  if (!from.get_object().contains("fault")) throw wrong{"faults: a fault without its name"};
  fault_rule made;
  for (const auto& one : from.get_object())
    read_rule_member(made, std::string_view(one.key().data(), one.key().size()), one.value());
  return made;
}

/// The server's options that a scenario may set: times in milliseconds, sizes in bytes.
template <class Visit>
void each_server_option(options& of, Visit visit) {
  visit("ping_interval", of.ping_interval);
  visit("ping_timeout", of.ping_timeout);
  visit("upgrade_timeout", of.upgrade_timeout);
  visit("connect_timeout", of.connect_timeout);
  visit("ack_timeout", of.ack_timeout);
  visit("outbox_soft_timeout", of.outbox_soft_timeout);
  visit("polling_close_timeout", of.polling_close_timeout);
  visit("close_timeout", of.close_timeout);
  visit("events_in_flight_max", of.events_in_flight_max);
  visit("outbox_bytes_max", of.outbox_bytes_max);
  visit("outbox_bytes_soft_max", of.outbox_bytes_soft_max);
  visit("broadcaster_restarts_max", of.broadcaster_restarts_max);
}

void assign(milliseconds& to, double number) {
  to = milliseconds(static_cast<std::int64_t>(number));
}
void assign(std::size_t& to, double number) {
  to = static_cast<std::size_t>(number);
}
json::value value_of(milliseconds from) {
  return from.count();
}
json::value value_of(std::size_t from) {
  return from;
}

void read_server(options& into, const json::value& from) {
  if (!from.is_object()) throw wrong{"server: expected an object"};
  for (const auto& one : from.get_object()) {
    bool known = false;
    each_server_option(into, [&](std::string_view name, auto& option) {
      if (one.key() != json::string_view(name.data(), name.size())) return;
      known = true;
      assign(option, number_of(one.value(), name));
    });
    if (!known) throw wrong{"server: unknown option " + std::string(one.key())};
  }
}

void read_member(scenario& into, std::string_view name, const json::value& from) {
  if (name == "name") {
    into.name = text_of(from, name);
  } else if (name == "clients") {
    into.clients = std::max(1u, count_of(from, name));
  } else if (name == "shards") {
    into.shards = std::max(1u, count_of(from, name));
  } else if (name == "duration") {
    into.duration = time_of(from, name);
  } else if (name == "patience") {
    into.patience = time_of(from, name);
  } else if (name == "actions_per_second") {
    into.actions_per_second = number_of(from, name);
  } else if (name == "drawn_faults") {
    into.drawn_faults = count_of(from, name);
  } else if (name == "server") {
    read_server(into.server, from);
  } else if (name == "faults") {
    if (!from.is_array()) throw wrong{"faults: expected an array"};
    for (const json::value& one : from.get_array()) into.rules.push_back(read_rule(one));
  } else {
    throw wrong{"unknown member " + std::string(name)};
  }
}

json::object object_of(const fault_rule& rule) {
  json::object made;
  const auto name = describe(rule.kind).name;
  made["fault"] = json::string_view(name.data(), name.size());
  made["at"] = rule.at.count();
  if (rule.every) made["every"] = rule.every->count();
  if (rule.until != milliseconds::max()) made["until"] = rule.until.count();
  if (rule.probability < 1) made["probability"] = rule.probability;
  if (!rule.clients.empty())
    made["clients"] = json::array(rule.clients.begin(), rule.clients.end());
  if (rule.stream != direction::both) {
    const auto way = directions[static_cast<std::size_t>(rule.stream)];
    made["stream"] = json::string_view(way.data(), way.size());
  }
  if (rule.lasts > milliseconds(0)) made["for"] = rule.lasts.count();
  if (!rule.attributes.empty()) {
    json::object attributes;
    for (const auto& [key, number] : rule.attributes) attributes[key] = number;
    made["attributes"] = std::move(attributes);
  }
  return made;
}

}  // namespace

boost::system::result<scenario, std::string> scenario_from_json(std::string_view text) {
  boost::system::error_code bad;
  const json::value parsed = json::parse(json::string_view(text.data(), text.size()), bad);
  if (bad) return {in_place_error, "not JSON: " + bad.message()};
  if (!parsed.is_object()) return {in_place_error, "expected an object"};
  scenario made = standard_scenario();
  made.drawn_faults = 0;
  try {
    for (const auto& one : parsed.get_object())
      read_member(made, std::string_view(one.key().data(), one.key().size()), one.value());
  } catch (const wrong& what) {
    return {in_place_error, what.text};
  }
  return made;
}

scenario scenario_from_file(const std::string& path) {
  std::ifstream from(path);
  if (!from) throw std::runtime_error("cannot read " + path);
  std::stringstream text;
  text << from.rdbuf();
  auto read = scenario_from_json(text.str());
  if (!read) throw std::runtime_error(path + ": " + read.error());
  return *std::move(read);
}

std::string to_json(const fault_rule& rule) {
  return json::serialize(object_of(rule));
}

std::string to_json(const scenario& what) {
  json::object made;
  made["name"] = what.name;
  made["clients"] = what.clients;
  made["shards"] = what.shards;
  made["duration"] = what.duration.count();
  made["patience"] = what.patience.count();
  made["actions_per_second"] = what.actions_per_second;
  if (what.drawn_faults != 0) made["drawn_faults"] = what.drawn_faults;
  json::object server;
  options copied = what.server;
  each_server_option(copied, [&](std::string_view name, auto& option) {
    server[json::string_view(name.data(), name.size())] = value_of(option);
  });
  made["server"] = std::move(server);
  json::array faults;
  for (const fault_rule& rule : what.rules) faults.push_back(object_of(rule));
  made["faults"] = std::move(faults);
  return json::serialize(made);
}

}  // namespace troupe::harness
