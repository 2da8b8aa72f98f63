#pragma once

#include <cstddef>

namespace troupe::transport {

/// permessage-deflate (RFC 7692) for WebSockets whose clients offer it. Without context takeover,
/// the default, compression keeps nothing for a connection, and what goes to many is compressed
/// once; with it, the server's side costs about 2^(bits + 2) + 2^(level + 9) bytes a connection
/// (260 KiB at the most), the client's 2^bits and 10 KiB.
struct deflate_options {
  std::size_t threshold = 1024;  ///< Smaller messages go as they are.
  /// Of what the server sends: 9 to 15. A client that asks for less gets less.
  int server_max_window_bits = 15;
  /// Of what clients send: 9 to 15; less than 15 only for clients that can.
  int client_max_window_bits = 15;
  int memory_level = 8;  ///< zlib's, 1 to 9.
  int level = 6;         ///< zlib's, 1 (fast) to 9 (small).
  bool server_no_context_takeover = true;
  bool client_no_context_takeover = true;
};

}  // namespace troupe::transport
