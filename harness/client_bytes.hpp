#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::harness {

/// One HTTP response, whole.
struct http_answer {
  unsigned status = 0;
  std::string head;  ///< With the status line, each line ended.
  std::string body;
};

/// Takes one whole response off the front of `bytes`, by its Content-Length (none: no body).
std::optional<http_answer> take_answer(std::string& bytes);

/// One WebSocket frame of a server's, whole.
struct server_message {
  unsigned char opcode = 0;  ///< As frames::frame_kind.
  std::string payload;
};

/// Takes one whole frame off the front of `bytes`.
std::optional<server_message> take_message(std::string& bytes);

/// A polling request; `body` none for a GET.
std::string polling_request(std::string_view target, std::string_view host,
                            std::optional<std::string_view> body);
/// The request for a WebSocket.
std::string websocket_request(std::string_view target, std::string_view host);

}  // namespace troupe::harness
