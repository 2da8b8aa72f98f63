#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <troupe/transport/http.hpp>
#include <troupe/transport/stream.hpp>

namespace troupe {

/// A connection that the program accepted and gives to server::attach(): a socket or a stream of
/// its own, and what it has read of it. <troupe/beast.hpp> makes one of Boost.Beast's types.
struct foreign_connection {
  /// A connected TCP or Unix socket; taken over, also when attach() throws. With options::tls and
  /// no `request` it is spoken TLS on.
  int descriptor = -1;
  /// Or a stream of the program's, with nothing armed: attach() calls its move_to(), so it is
  /// called on the thread of the stream's loop.
  std::unique_ptr<transport::stream> bytes{};
  /// A request that the program has read whole; make_request() makes one. None: the server reads.
  std::optional<transport::http_request> request{};
  /// Bytes read and not parsed, behind `request`.
  std::string unread{};
  /// True: what follows on the connection is the server's too, options::on_http answers requests
  /// for other paths. False: it is closed behind the response to `request`.
  bool keep_alive = false;
};

/// A request as the server takes it. `target` is in origin or absolute form.
transport::http_request make_request(std::string method, std::string_view target, bool is_http_1_1,
                                     transport::header_fields fields, std::string body);

}  // namespace troupe
