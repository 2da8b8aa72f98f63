#include <troupe/actors/revisions.hpp>

#include <algorithm>
#include <utility>

#include <troupe/protocol/engineio/request.hpp>
#include <troupe/protocol/json.hpp>

namespace troupe::actors {

namespace {

value read(std::string json) {
  auto made = value::from_json(std::move(json));
  return made ? *std::move(made) : value();
}

}  // namespace

std::string v4_sid(const link& session, const namespace_entry& nsp) {
  std::string sid;
  if (nsp.name() != "/") sid.append(nsp.name()).push_back('#');
  return sid.append(session.session_id());
}

value v4_auth(std::string_view nsp) {
  const std::size_t mark = std::min(nsp.find('?'), nsp.size() - 1);
  const auto query = protocol::engineio::parse_query(nsp.substr(mark + 1));
  std::string json = "{";
  for (const auto& [key, text] : query.parameters) {
    if (json.size() > 1) json.push_back(',');
    protocol::json::append_string(json, key);
    json.push_back(':');
    protocol::json::append_string(json, text);
  }
  json.push_back('}');
  return read(std::move(json));
}

value v5_auth(std::string_view payload) {
  // Never destroyed: a server with static lifetime may end behind it.
  static const value& none = *new const value(read("{}"));
  return payload.empty() ? none : read(std::string(payload));
}

}  // namespace troupe::actors
