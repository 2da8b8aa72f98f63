#include <troupe/actors/revisions.hpp>

#include <algorithm>

#include <troupe/protocol/engineio/request.hpp>
#include <troupe/protocol/json.hpp>

namespace troupe::actors {

std::string v4_sid(const link& session, const namespace_entry& nsp) {
  std::string sid;
  if (nsp.name() != "/") sid.append(nsp.name()).push_back('#');
  return sid.append(session.session_id());
}

std::string v4_auth(std::string_view nsp) {
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
  return json;
}

std::string v5_auth(std::string_view payload) {
  return payload.empty() ? "{}" : std::string(payload);
}

}  // namespace troupe::actors
