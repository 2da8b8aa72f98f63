#include <boost/json.hpp>

#include <troupe/harness/scenario.hpp>
#include <troupe/harness/scenario_members.hpp>

// Scenarios as JSON: what scenario_reader.cpp reads.

namespace troupe::harness {

namespace json = boost::json;

namespace {

json::value value_of(milliseconds from) {
  return from.count();
}
json::value value_of(std::size_t from) {
  return from;
}

json::string_view text_of(std::string_view text) {
  return {text.data(), text.size()};
}

json::object object_of(const fault_rule& rule) {
  json::object made;
  made["fault"] = text_of(describe(rule.kind).name);
  made["at"] = rule.at.count();
  if (rule.every) made["every"] = rule.every->count();
  if (rule.until != milliseconds::max()) made["until"] = rule.until.count();
  if (rule.probability < 1) made["probability"] = rule.probability;
  if (!rule.clients.empty())
    made["clients"] = json::array(rule.clients.begin(), rule.clients.end());
  if (rule.stream != direction::both)
    made["stream"] = text_of(direction_names[static_cast<std::size_t>(rule.stream)]);
  if (rule.lasts > milliseconds(0)) made["for"] = rule.lasts.count();
  if (!rule.attributes.empty()) {
    json::object attributes;
    for (const auto& [key, number] : rule.attributes) attributes[key] = number;
    made["attributes"] = std::move(attributes);
  }
  return made;
}

}  // namespace

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
    server[text_of(name)] = value_of(option);
  });
  made["server"] = std::move(server);
  json::array faults;
  for (const fault_rule& rule : what.rules) faults.push_back(object_of(rule));
  made["faults"] = std::move(faults);
  return json::serialize(made);
}

}  // namespace troupe::harness
