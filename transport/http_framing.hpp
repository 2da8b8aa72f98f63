#pragma once

#include <string>
#include <string_view>

#include <troupe/transport/http.hpp>

namespace troupe::transport {

/// Without spaces and tabs at its ends.
std::string_view trimmed(std::string_view text) noexcept;

/// Case-insensitive comparison, ASCII only.
bool is_same_token(std::string_view a, std::string_view b) noexcept;

/// Whether a field that is a comma-separated list has `token` in any of its occurrences.
bool has_token(const header_fields& fields, std::string_view name, std::string_view token) noexcept;

/// What Boost.Beast's parser lets pass and a proxy before us may read otherwise (RFC 9112,
/// sections 3.2 and 6.1): Transfer-Encoding that is not exactly "chunked", in HTTP/1.0 or beside
/// Content-Length; HTTP/1.1 without Host; more than one Host. True: refuse with 400 and close.
bool is_ambiguous(const header_fields& fields, bool is_http_1_1) noexcept;

/// Sets `wants_upgrade` and `is_websocket_upgrade` from the method and the fields.
void detect_upgrade(http_request& request, bool is_http_1_1) noexcept;

/// Splits a request target in origin or absolute form into path and query.
void assign_target(http_request& request, std::string_view target);

/// `text` without control characters, with which a field could end the header early.
std::string field_text(std::string_view text);

/// Status line and header with the empty line; Content-Length says `response.body`'s length. `date`
/// is that of the response, unless it is empty or the response has one. There is room for `room`
/// bytes behind it.
std::string response_head(const http_response& response, bool close, std::string_view date = {},
                          std::size_t room = 0);

/// Whether a response to this request method may have a body at all (RFC 9110, section 6.4.1).
bool may_have_body(unsigned status, bool is_head) noexcept;

}  // namespace troupe::transport
