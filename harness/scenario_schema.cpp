#include <boost/json.hpp>

#include <troupe/harness/scenario.hpp>
#include <troupe/harness/scenario_members.hpp>

namespace troupe::harness {

namespace json = boost::json;

namespace {

json::string_view text_of(std::string_view text) {
  return {text.data(), text.size()};
}

json::value number_of(double number) {
  const auto whole = static_cast<std::int64_t>(number);
  return static_cast<double>(whole) == number ? json::value(whole) : json::value(number);
}

json::object bounds_of(double least, double most, bool is_whole) {
  return {{"type", is_whole ? "integer" : "number"},
          {"minimum", number_of(least)},
          {"maximum", number_of(most)}};
}

json::object object_with(json::object properties) {
  return {
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

json::object schema_of(const member& of) {
  json::object made;
  switch (of.is) {
    case member::kind::text:
      made = {{"type", "string"}};
      break;
    case member::kind::number:
    case member::kind::whole:
      made = bounds_of(of.least, of.most, of.is == member::kind::whole);
      break;
    case member::kind::list:
      made = {{"type", "array"}, {"items", bounds_of(of.least, of.most, true)}};
      break;
    case member::kind::object:
      made = {{"type", "object"}};
  }
  if (!of.text.empty()) made["description"] = text_of(of.text);
  return made;
}

json::object properties_of(std::span<const member> all) {
  json::object made;
  for (const member& one : all) made[text_of(one.name)] = schema_of(one);
  return made;
}

/// What `attributes` may hold, if the rule's fault is this one.
json::object attributes_of(const fault_description& of) {
  json::object numbers;
  for (const fault_attribute& one : of.attributes) {
    json::object number = bounds_of(one.least, one.most, false);
    if (one.otherwise) number["default"] = number_of(*one.otherwise);
    if (!one.unit.empty()) number["description"] = text_of(one.unit);
    numbers[text_of(one.name)] = std::move(number);
  }
  const json::object is_it{{"properties", {{"fault", {{"const", text_of(of.name)}}}}}};
  return {{"if", is_it},
          {"then", {{"properties", {{"attributes", object_with(std::move(numbers))}}}}}};
}

json::object rule_schema() {
  json::array names, attributes, ways;
  for (const fault_description& one : all_faults()) {
    names.push_back(text_of(one.name));
    attributes.push_back(attributes_of(one));
  }
  for (const std::string_view way : direction_names) ways.push_back(text_of(way));
  json::object properties = properties_of(rule_members());
  properties["fault"].as_object()["enum"] = std::move(names);
  properties["stream"].as_object()["enum"] = std::move(ways);
  json::object made = object_with(std::move(properties));
  made["required"] = json::array{"fault"};
  made["allOf"] = std::move(attributes);
  return made;
}

/// One member or element a line, those of numbers and texts alone on one.
void write(std::string& to, const json::value& what, const std::string& indent) {
  const std::string flat = json::serialize(what);
  if (indent.size() + flat.size() < 90 || (!what.is_object() && !what.is_array())) {
    to += flat;
    return;
  }
  const std::string deeper = indent + "  ";
  const bool is_object = what.is_object();
  to += is_object ? '{' : '[';
  bool is_first = true;
  const auto begin = [&] { to += (std::exchange(is_first, false) ? "\n" : ",\n") + deeper; };
  if (is_object)
    for (const auto& one : what.get_object()) {
      begin();
      to += json::serialize(json::value(one.key())) + ": ";
      write(to, one.value(), deeper);
    }
  else
    for (const json::value& one : what.get_array()) {
      begin();
      write(to, one, deeper);
    }
  to += "\n" + indent + (is_object ? '}' : ']');
}

}  // namespace

std::string scenario_schema() {
  json::object properties = properties_of(scenario_members());
  const json::value standard = json::parse(to_json(standard_scenario()));
  for (const member& one : scenario_members())
    if (one.is == member::kind::number || one.is == member::kind::whole)
      properties[text_of(one.name)].as_object()["default"] =
          number_of(standard.at(text_of(one.name)).to_number<double>());
  properties["drawn_faults"].as_object()["default"] = 0;
  json::object server = properties_of(server_members());
  for (auto& one : server) one.value().as_object()["default"] = standard.at("server").at(one.key());
  json::object& of_server = properties["server"].as_object();
  of_server["additionalProperties"] = false;
  of_server["properties"] = std::move(server);
  properties["faults"].as_object()["items"] = rule_schema();
  json::object made{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                    {"title", "A scenario of troupe-fault"}};
  for (auto& one : object_with(std::move(properties))) made[one.key()] = one.value();
  std::string text;
  write(text, made, "");
  return text + "\n";
}

}  // namespace troupe::harness
