#pragma once

#include <chrono>
#include <cstddef>

namespace troupe {

/// Bounds of one connection that hardly anybody changes.
struct connection_limits {
  std::size_t http_fields_max = 100;  ///< Of one request's header. 431, closed.
  /// Nothing of a response was taken for so long: reset.
  std::chrono::milliseconds http_write_timeout{30'000};
  /// After a last response the client's bytes are dropped until it ends, so that it reads the
  /// response and not a reset. Past either bound: closed.
  std::chrono::milliseconds http_linger_timeout{2'000};
  std::size_t http_linger_bytes_max = 4 * 1024 * 1024;
  std::size_t websocket_fragments_max = 16'384;  ///< Of one message. Close 1008.
  std::size_t namespace_bytes_max = 512;         ///< Of a namespace's name in a packet. Closed.
};

}  // namespace troupe
