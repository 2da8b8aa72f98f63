#include <troupe/harness/proxy_api.hpp>

#include <algorithm>
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

json::object object_in(std::string_view body) {
  boost::system::error_code bad;
  auto parsed = json::parse(json::string_view(body.data(), body.size()), bad);
  return bad || !parsed.is_object() ? json::object() : parsed.get_object();
}

std::string text_in(const json::object& from, std::string_view key, std::string otherwise = {}) {
  const auto* found = from.if_contains(json::string_view(key.data(), key.size()));
  if (found == nullptr || !found->is_string()) return otherwise;
  return std::string(found->get_string().data(), found->get_string().size());
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
    if (!kind || !describe(*kind).in_proxy) return nullptr;
    const std::string stream = text_in(body, "stream", "downstream");
    made->kind = *kind;
    made->stream = stream == "upstream" ? direction::upstream : direction::downstream;
    // These are of a connection, not of one of its ways.
    if (*kind == fault::half_open || *kind == fault::partition) made->stream = direction::both;
    made->name = text_in(body, "name", type + "_" + stream);
  }
  if (const auto* toxicity = body.if_contains("toxicity"); toxicity && toxicity->is_number())
    made->toxicity = toxicity->to_number<double>();
  if (const auto* attributes = body.if_contains("attributes");
      attributes && attributes->is_object())
    for (const auto& one : attributes->get_object())
      if (one.value().is_number())
        made->attributes[std::string(one.key())] = one.value().to_number<double>();
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

answer proxy_api::handle(std::string_view method, std::string_view path, std::string_view body) {
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
  how.name = text_in(wanted, "name");
  how.listen = text_in(wanted, "listen", how.listen);
  how.upstream = text_in(wanted, "upstream");
  how.seed = seed_;
  if (how.name.empty()) return error(400, "missing required field: name");
  if (how.upstream.empty()) return error(400, "missing required field: upstream");
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
  const std::string listen = text_in(wanted, "listen", which.listen());
  const std::string upstream = text_in(wanted, "upstream", which.upstream());
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
  if (made == nullptr) return error(400, "invalid toxic type");
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
