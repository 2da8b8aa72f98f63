#include <troupe/protocol/engineio/request.hpp>

#include <troupe/protocol/json.hpp>

#include <algorithm>

namespace troupe::protocol::engineio {
namespace {

constexpr std::size_t parameters_max = 256;

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// application/x-www-form-urlencoded, as URLSearchParams reads it.
std::string decode_percent(std::string_view text) {
  const auto is_encoded = [](char c) { return c == '%' || c == '+'; };
  if (std::none_of(text.begin(), text.end(), is_encoded)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
        continue;
      }
    }
    out.push_back(text[i] == '+' ? ' ' : text[i]);
  }
  return out;
}

bool is_served(std::string_view transport, const transport_set& served) noexcept {
  return (served.polling && transport == name_of(transport_kind::polling)) ||
         (served.websocket && transport == name_of(transport_kind::websocket));
}

}  // namespace

bool is_header_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

std::optional<std::string_view> query::find(std::string_view name) const noexcept {
  const auto found = std::find_if(parameters.rbegin(), parameters.rend(),
                                  [&](const auto& one) { return one.first == name; });
  if (found == parameters.rend()) return std::nullopt;
  return found->second;
}

query parse_query(std::string_view text) {
  query found;
  found.parameters.reserve(std::min(
      parameters_max, static_cast<std::size_t>(std::count(text.begin(), text.end(), '&')) + 1));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (found.parameters.size() == parameters_max) {
      found.is_cut = true;
      break;
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    found.parameters.emplace_back(decode_percent(pair.substr(0, equals)), decode_percent(value));
  }
  return found;
}

std::string_view message_of(request_errc code) noexcept {
  switch (code) {
    case request_errc::transport_unknown:
      return "Transport unknown";
    case request_errc::session_unknown:
      return "Session ID unknown";
    case request_errc::bad_handshake_method:
      return "Bad handshake method";
    case request_errc::bad_request:
      return "Bad request";
    case request_errc::forbidden:
      return "Forbidden";
    case request_errc::unsupported_version:
      return "Unsupported protocol version";
  }
  return "Bad request";
}

std::string error_body(request_errc code, std::string_view message) {
  std::string body = "{\"code\":" + std::to_string(static_cast<int>(code)) + ",\"message\":";
  json::append_string(body, message);
  body.push_back('}');
  return body;
}

std::string_view name_of(transport_kind kind) noexcept {
  return kind == transport_kind::polling ? "polling" : "websocket";
}

std::optional<request_errc> check(const request_facts& facts,
                                  const transport_set& served) noexcept {
  // The last of a name counts, and may be among those that were not kept.
  if (facts.parameters.is_cut) return request_errc::bad_request;
  const std::string_view transport = facts.parameters.find("transport").value_or("");
  if (!is_served(transport, served)) return request_errc::transport_unknown;
  if (!is_header_value(facts.origin)) return request_errc::bad_request;

  const revision wanted = revision_of(facts.parameters.find("EIO").value_or(""));
  const bool wants_websocket = transport == name_of(transport_kind::websocket);
  if (!facts.parameters.find("sid").value_or("").empty()) {
    if (!facts.session_transport) return request_errc::session_unknown;
    // A request that is no upgrade is polling's, of a session that is still on it.
    const bool fits = facts.is_upgrade
                          ? wants_websocket
                          : !wants_websocket && *facts.session_transport == transport_kind::polling;
    if (!fits || wanted != facts.session_revision) return request_errc::bad_request;
    return std::nullopt;
  }
  if (facts.method != "GET") return request_errc::bad_handshake_method;
  // The reference lets an upgrade request with `transport=polling` hang after its 101.
  if (wants_websocket != facts.is_upgrade) return request_errc::bad_request;
  if (wanted == revision::v3 && !served.revision_3) return request_errc::unsupported_version;
  return std::nullopt;
}

}  // namespace troupe::protocol::engineio
