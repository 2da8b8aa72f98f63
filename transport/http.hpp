#pragma once

#include <any>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/transport/stream.hpp>

namespace troupe::transport {

using time_point = std::chrono::steady_clock::time_point;

/// Header fields in order of appearance; names are compared without case.
class header_fields {
 public:
  void add(std::string name, std::string value);
  /// The only one of its name from now on.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  /// The first value under `name`; empty if there is none.
  std::string_view find(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept;
  const std::vector<std::pair<std::string, std::string>>& all() const noexcept { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// One request, its body complete.
struct http_request {
  std::string method;  ///< "GET"; an unknown method as sent.
  std::string path;    ///< Before `?`, as sent (not decoded); without scheme and authority.
  std::string query;   ///< After `?`, as sent.
  header_fields fields;
  std::string body;
  /// A well-formed WebSocket upgrade (RFC 6455, section 4.2.1: GET, HTTP/1.1, Host, version 13,
  /// a 16-byte key). One that is not well-formed has `wants_upgrade` only.
  bool is_websocket_upgrade = false;
  bool wants_upgrade = false;  ///< Connection: Upgrade with Upgrade: websocket.
  std::any context;            ///< What the application's hooks have given it so far.
};

/// One response. `fields` must not contain client text; CR and LF in a value are dropped.
/// Content-Length and Connection are added.
struct http_response {
  unsigned status = 200;
  header_fields fields;
  std::string body;
  bool close = false;  ///< Connection: close; the connection ends when it is written.
};

struct http_options {
  std::size_t header_bytes_max = 16'384;   ///< Over it: 431, connection closed.
  std::size_t body_bytes_max = 1'000'000;  ///< Over it, by length or as it comes: 413, empty body.
  std::size_t fields_max = 100;            ///< Over it: 431, connection closed.
  std::chrono::milliseconds header_timeout{10'000};      ///< From accept or first byte: closed.
  std::chrono::milliseconds body_timeout{30'000};        ///< From the header's end: 408, closed.
  std::chrono::milliseconds keep_alive_timeout{65'000};  ///< Idle between requests: closed.
  /// Nothing of a response is taken for so long, or in all less than 1 KiB a second: reset.
  std::chrono::milliseconds write_timeout{30'000};
  /// After a last response the client's bytes are read and dropped until it ends, so that it sees
  /// the response and not a reset. Past either bound: closed.
  std::chrono::milliseconds linger_timeout{2'000};
  std::size_t linger_bytes_max = 4 * 1024 * 1024;
};

}  // namespace troupe::transport
