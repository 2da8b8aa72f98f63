#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <troupe/transport/deflate_options.hpp>
#include <troupe/transport/http.hpp>

namespace troupe::transport {

/// What server and client agreed on for one WebSocket.
struct deflate_agreement {
  int server_window_bits = 15;
  int client_window_bits = 15;
  bool server_takes_over = false;  ///< Each side's messages use what it sent before.
  bool client_takes_over = false;
};

/// Accepts the first of the client's offers (Sec-WebSocket-Extensions) that the server can fulfil,
/// and adds its answer to `response`. None: the WebSocket goes without (RFC 7692, section 7.1).
std::optional<deflate_agreement> negotiate_deflate(const http_request& request,
                                                   const deflate_options& options,
                                                   header_fields& response);

/// Compresses messages. Thread: one at a time.
class deflater {
 public:
  /// `takes_over`: a message may refer to those before it.
  deflater(int window_bits, const deflate_options& options, bool takes_over);
  ~deflater();

  /// Appends one message as a whole WebSocket frame.
  void append_frame(std::string& to, std::string_view message, bool binary);

 private:
  struct state;
  std::unique_ptr<state> state_;
  bool takes_over_;
};

/// Decompresses messages. Thread: one at a time.
class inflater {
 public:
  enum class outcome { ok, too_large, malformed };

  inflater(int window_bits, bool takes_over);
  ~inflater();

  /// Appends what `message` says to `to`, at most `bytes_max`: what says more costs no more than
  /// that. Malformed too: more than 16 last blocks in one message, of which one is usual. After
  /// another outcome than ok an inflater that takes over is useless.
  outcome append(std::string& to, std::string_view message, std::size_t bytes_max);

 private:
  struct state;
  std::unique_ptr<state> state_;
  bool takes_over_;
};

}  // namespace troupe::transport
