#pragma once

#include <any>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/protocol/socketio/value.hpp>

namespace troupe {

/// What the client's first request said, one for all of its sockets; `auth` is per socket.
/// Header values and query are the client's own words: check them before use.
struct client_handshake {
  /// Names as sent, in order.
  std::vector<std::pair<std::string, std::string>> headers;
  /// The query's parameters, percent-decoded, in order.
  std::vector<std::pair<std::string, std::string>> query;
  std::string url;      ///< Path and query as sent.
  std::string address;  ///< "127.0.0.1:50123"
  std::chrono::system_clock::time_point issued;
  bool cross_domain = false;  ///< An Origin header was present.
  bool secure = false;        ///< TLS
  /// What the server's own hooks found out about that request: engine_next::with(),
  /// admission::accept(). Empty without. Copied with the rest into what fetch_sockets() gives.
  std::any context;

  /// The first value under `name`, compared without case; empty if there is none.
  std::string_view header(std::string_view name) const noexcept;
  /// The last value of a query parameter; empty if there is none.
  std::string_view parameter(std::string_view name) const noexcept;
};

/// What socket::handshake() gives.
struct handshake {
  const client_handshake& client;
  /// The CONNECT packet's payload: a JSON object, `{}` if the client sent none.
  const value& auth;
};

}  // namespace troupe
