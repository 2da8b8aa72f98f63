#pragma once

#include <chrono>
#include <cstddef>

namespace troupe::protocol {

/// Bounds on what one client may make the codecs hold or do. Each is checked before the cost it
/// bounds is paid; what happens when it is reached stands beside it.
struct limits {
  /// Bytes of one Engine.IO message or one polling payload, both directions of the wire counted as
  /// received. Over it: HTTP 413 or WebSocket close 1009. Advertised as `maxPayload`.
  std::size_t payload_bytes_max = 1'000'000;
  /// Nesting of arrays and objects in one packet. Over it: parse error, the client is closed.
  std::size_t json_depth_max = 512;
  /// Elements of one event's or ack's argument array. Over it: parse error.
  std::size_t arguments_max = 4096;
  /// Binary attachments of one packet (10 in Node), and their places. Over it: parse error.
  std::size_t attachments_max = 10;
  /// Bytes of a namespace's name. Over it: parse error.
  std::size_t namespace_bytes_max = 512;
  /// Binary attachments announced must have arrived within this time. Over it: parse error.
  std::chrono::milliseconds attachments_timeout{60'000};
};

}  // namespace troupe::protocol
