#include <troupe/harness/proxy_api.hpp>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/json.hpp>

namespace troupe::harness {

namespace json = boost::json;

namespace {

using answer = proxy_api::answer;

answer error(unsigned status, const std::string& text) {
  return {status, json::serialize(json::object{{"error", text}, {"status", status}})};
}

answer ok(const json::value& body, unsigned status = 200) {
  return {status, json::serialize(body)};
}

json::object object_of(const toxic& what) {
  json::object attributes;
  // As Toxiproxy has them: whole numbers.
  for (const auto& [key, number] : what.attributes)
    attributes[key] = static_cast<std::int64_t>(number);
  const auto type = describe(what.kind).name;
  return {{"name", what.name},
          {"type", json::string_view(type.data(), type.size())},
          {"stream", what.stream == direction::upstream ? "upstream" : "downstream"},
          {"toxicity", what.toxicity},
          {"attributes", std::move(attributes)}};
}

json::array toxics_of(const fault_proxy& which) {
  json::array made;
  for (const toxic_ptr& one : which.toxics()) made.push_back(object_of(*one));
  return made;
}

json::object object_of(const fault_proxy& which) {
  return {{"name", which.name()},
          {"listen", which.listen()},
          {"upstream", which.upstream()},
          {"enabled", which.is_enabled()},
          {"toxics", toxics_of(which)}};
}

/// What is wrong with a request; caught in handle().
struct wrong {
  std::string text;
};

json::object object_in(std::string_view body) {
  boost::system::error_code bad;
  auto parsed = json::parse(json::string_view(body.data(), body.size()), bad);
  if (bad || !parsed.is_object()) throw wrong{"bad request body: expected a JSON object"};
  return parsed.get_object();
}

std::string text_in(const json::object& from, std::string_view key, std::string otherwise = {}) {
  const auto* found = from.if_contains(json::string_view(key.data(), key.size()));
  if (found == nullptr || !found->is_string()) return otherwise;
  return std::string(found->get_string().data(), found->get_string().size());
}

/// A name, by which a path can ask for it.
std::string name_in(const json::object& from, std::string otherwise = {}) {
  std::string name = text_in(from, "name", std::move(otherwise));
  if (name.find_first_of("/?#%") != name.npos) throw wrong{"name: expected none of / ? # %"};
  return name;
}

std::string address_in(const json::object& from, std::string_view key, std::string otherwise,
                       unsigned least) {
  std::string address = text_in(from, key, std::move(otherwise));
  if (address.empty()) throw wrong{"missing required field: " + std::string(key)};
  if (!is_address(address, least)) throw wrong{std::string(key) + ": expected HOST:PORT"};
  return address;
}

/// The toxic that `body` describes; of an old one what it does not mention stays.
std::shared_ptr<toxic> toxic_in(const json::object& body, const toxic* old) {
  auto made = std::make_shared<toxic>();
  if (old != nullptr) {
    made->kind = old->kind;
    made->name = old->name;
    made->stream = old->stream;
    made->toxicity = old->toxicity;
    made->attributes = old->attributes;
  } else {
    const std::string type = text_in(body, "type");
    const auto kind = fault_named(type);
    if (!kind || !describe(*kind).in_proxy || *kind == fault::heal)
      throw wrong{"invalid toxic type"};
    const std::string stream = text_in(body, "stream", "downstream");
    if (stream != "upstream" && stream != "downstream")
      throw wrong{"stream was invalid, can be either upstream or downstream"};
    made->kind = *kind;
    made->stream = stream == "upstream" ? direction::upstream : direction::downstream;
    // These are of a connection, not of one of its ways.
    if (*kind == fault::half_open || *kind == fault::partition) made->stream = direction::both;
    made->name = name_in(body, type + "_" + stream);
  }
  if (const auto* toxicity = body.if_contains("toxicity")) {
    made->toxicity = toxicity->is_number() ? toxicity->to_number<double>() : -1;
    if (!(made->toxicity >= 0 && made->toxicity <= 1)) throw wrong{"toxicity: expected 0 to 1"};
  }
  const auto* attributes = body.if_contains("attributes");
  if (attributes == nullptr || attributes->is_null()) return made;
  if (!attributes->is_object()) throw wrong{"attributes: expected an object of numbers"};
  for (const auto& one : attributes->get_object()) {
    const std::string name(one.key().data(), one.key().size());
    if (!one.value().is_number()) throw wrong{"attributes." + name + ": expected a number"};
    const double number = one.value().to_number<double>();
    if (const std::string flaw = flaw_of(made->kind, name, number); !flaw.empty())
      throw wrong{"attributes." + flaw};
    made->attributes[name] = number;
  }
  return made;
}

/// Takes "/part" off the front.
std::string take_part(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const auto end = std::min(path.find('/'), path.size());
  std::string part(path.substr(0, end));
  path.remove_prefix(end);
  return part;
}

}  // namespace

fault_proxy* proxy_api::find(std::string_view name) {
  for (const auto& one : proxies_)
    if (one->name() == name) return one.get();
  return nullptr;
}

std::optional<answer> proxy_api::refusal(const sender& who) const {
  if (serves_browsers_) return {};
  if (who.user_agent.starts_with("Mozilla/")) return error(403, "User agent not allowed");
  if (who.has_origin) return error(403, "requests of web pages are not allowed");
  std::string host(who.host.substr(0, who.host.rfind(':')));
  if (who.host.ends_with(']') || who.host.find(':') == who.host.npos) host = who.host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code is_name;
  boost::asio::ip::make_address(host, is_name);
  if (is_name && !host.empty() && host != "localhost") return error(403, "host not allowed");
  return {};
}

answer proxy_api::handle(std::string_view method, std::string_view path, std::string_view body) {
  try {
    return route(method, path, body);
  } catch (const wrong& what) {
    return error(400, what.text);
  }
}

answer proxy_api::route(std::string_view method, std::string_view path, std::string_view body) {
  path = path.substr(0, path.find('?'));
  const std::string first = take_part(path);
  const bool posts = method == "POST";
  if (first == "version") return ok({{"version", "2.9.0"}});
  if (first == "reset" && posts) return reset();
  if (first == "populate" && posts) return populate(body);
  if (first != "proxies") return error(404, "not found");
  const std::string name = take_part(path);
  if (name.empty()) {
    if (posts) return create(body);
    json::object all;
    for (const auto& one : proxies_) all[one->name()] = object_of(*one);
    return ok(all);
  }
  fault_proxy* which = find(name);
  if (which == nullptr) return error(404, "proxy not found");
  const std::string part = take_part(path);
  if (part.empty()) return on_proxy(*which, method, body);
  if (part != "toxics") return error(404, "not found");
  const std::string toxic_name = take_part(path);
  return toxic_name.empty() ? on_toxics(*which, method, body)
                            : on_toxic(*which, toxic_name, method, body);
}

answer proxy_api::create(std::string_view body) {
  const json::object wanted = object_in(body);
  proxy_options how;
  how.name = name_in(wanted);
  if (how.name.empty()) return error(400, "missing required field: name");
  how.listen = address_in(wanted, "listen", how.listen, 0);
  how.upstream = address_in(wanted, "upstream", "", 1);
  how.seed = seed_;
  if (find(how.name) != nullptr) return error(409, "proxy already exists");
  if (proxies_.size() == proxies_max) return error(400, "too many proxies");
  auto made = std::make_unique<fault_proxy>(loop_, std::move(how));
  const auto* enabled = wanted.if_contains("enabled");
  if (enabled == nullptr || !enabled->is_bool() || enabled->get_bool())
    if (const auto failure = made->enable()) return error(500, failure.message());
  proxies_.push_back(std::move(made));
  return ok(object_of(*proxies_.back()), 201);
}

answer proxy_api::populate(std::string_view body) {
  boost::system::error_code bad;
  const auto parsed = json::parse(json::string_view(body.data(), body.size()), bad);
  if (bad || !parsed.is_array()) return error(400, "expected an array of proxies");
  json::array made;
  for (const json::value& one : parsed.get_array()) {
    if (!one.is_object()) return error(400, "expected an array of proxies");
    const std::string name = text_in(one.get_object(), "name");
    std::erase_if(proxies_, [&](const auto& listed) { return listed->name() == name; });
    answer created = create(json::serialize(one));
    if (created.status != 201) return created;
    made.push_back(object_of(*proxies_.back()));
  }
  return ok({{"proxies", std::move(made)}}, 201);
}

answer proxy_api::reset() {
  for (const auto& one : proxies_) {
    one->remove_all();
    if (const auto failure = one->enable()) return error(500, failure.message());
  }
  return {204, {}};
}

answer proxy_api::on_proxy(fault_proxy& which, std::string_view method, std::string_view body) {
  if (method == "POST" || method == "PATCH") return change(which, body);
  if (method != "DELETE") return ok(object_of(which));
  std::erase_if(proxies_, [&](const auto& listed) { return listed.get() == &which; });
  return {204, {}};
}

answer proxy_api::change(fault_proxy& which, std::string_view body) {
  const json::object wanted = object_in(body);
  const std::string listen = address_in(wanted, "listen", which.listen(), 0);
  const std::string upstream = address_in(wanted, "upstream", which.upstream(), 1);
  bool is_wanted = which.is_enabled();
  if (const auto* enabled = wanted.if_contains("enabled"); enabled && enabled->is_bool())
    is_wanted = enabled->get_bool();
  if (listen != which.listen() || upstream != which.upstream() || !is_wanted) which.disable();
  which.set_listen(listen);
  which.set_upstream(upstream);
  if (is_wanted)
    if (const auto failure = which.enable()) return error(500, failure.message());
  return ok(object_of(which));
}

answer proxy_api::on_toxics(fault_proxy& which, std::string_view method, std::string_view body) {
  if (method != "POST") return ok(toxics_of(which));
  auto made = toxic_in(object_in(body), nullptr);
  for (const toxic_ptr& one : which.toxics())
    if (one->name == made->name) return error(409, "toxic already exists");
  if (which.toxics().size() == toxics_max) return error(400, "too many toxics");
  answer told = ok(object_of(*made));
  which.add(std::move(made));
  return told;
}

answer proxy_api::on_toxic(fault_proxy& which, const std::string& name, std::string_view method,
                           std::string_view body) {
  const auto found = std::find_if(which.toxics().begin(), which.toxics().end(),
                                  [&](const toxic_ptr& one) { return one->name == name; });
  if (found == which.toxics().end()) return error(404, "toxic not found");
  if (method == "GET") return ok(object_of(**found));
  if (method == "DELETE") {
    which.remove(name);
    return {204, {}};
  }
  auto made = toxic_in(object_in(body), found->get());
  answer told = ok(object_of(*made));
  which.remove(name);
  which.add(std::move(made));
  return told;
}

}  // namespace troupe::harness
