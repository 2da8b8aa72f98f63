#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol::engineio {

/// The query parameters of a request, percent-decoded, in order of appearance.
struct query {
  std::vector<std::pair<std::string, std::string>> parameters;
  bool is_cut = false;  ///< There were more than are kept.
  /// The last value under `name`, if any: the one that counts in the reference.
  std::optional<std::string_view> find(std::string_view name) const noexcept;
};

/// Parses what follows `?` ("EIO=4&transport=polling"). At most 256 parameters are kept, of more
/// the first (is_cut); a bad percent escape stays as it is, as in the reference. Never throws but
/// for memory.
query parse_query(std::string_view text);

/// The revisions of Engine.IO's protocol; revision 3 is that of Socket.IO 1 and 2.
enum class revision : unsigned char { v3 = 3, v4 = 4 };
/// What a request asks for by its parameter `EIO`: revision 4 by "4", else 3, as in the reference.
constexpr revision revision_of(std::string_view eio) noexcept {
  return eio == "4" ? revision::v4 : revision::v3;
}

/// The request errors of Engine.IO with the codes that clients see.
/// Source: engine.io `Server.errors`; FEATURES 2.2.
enum class request_errc {
  transport_unknown = 0,
  session_unknown = 1,
  bad_handshake_method = 2,
  bad_request = 3,
  forbidden = 4,
  unsupported_version = 5,
};
/// "Transport unknown", "Session ID unknown", ...
std::string_view message_of(request_errc code) noexcept;
/// `{"code":0,"message":"Transport unknown"}`; `message` is JSON-escaped.
std::string error_body(request_errc code, std::string_view message);

enum class transport_kind : unsigned char { polling, websocket };
/// "polling" or "websocket".
std::string_view name_of(transport_kind kind) noexcept;

/// The transports a server serves, and whether to clients of revision 3 too.
struct transport_set {
  bool polling = true;
  bool websocket = true;
  bool revision_3 = false;
};

/// What the checks need to know of a request. `session` is what the owner knows of the `sid`.
struct request_facts {
  const query& parameters;
  std::string_view method;                          ///< "GET", "POST", ...
  bool is_upgrade = false;                          ///< a WebSocket upgrade request
  std::string_view origin;                          ///< the Origin header, empty if none
  std::optional<transport_kind> session_transport;  ///< set when `sid` names a live session
  revision session_revision = revision::v4;         ///< of that session
};

/// RFC 9110, section 5.5: visible characters, bytes from 0x80, space and tab.
bool is_header_value(std::string_view text) noexcept;

/// Checks a request up to the hooks (allowRequest): transport, origin bytes, sid, method, version,
/// in the reference's order; before these, that the query is whole (bad_request). None: go on, as a
/// handshake without `sid`, else as a request to the session. A WebSocket request for a polling
/// session is let through (it is an upgrade).
std::optional<request_errc> check(const request_facts& facts, const transport_set& served) noexcept;

}  // namespace troupe::protocol::engineio
