#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include <troupe/actors/connection_state_recovery.hpp>
#include <troupe/actors/limits.hpp>
#include <troupe/protocol/limits.hpp>

namespace troupe {
class parser;
}

namespace troupe::actors {

/// What the actors need of the server's options; see troupe::options for their meaning.
struct actor_options {
  protocol::limits bounds;
  server_limits limits;
  std::chrono::milliseconds connect_timeout{45'000};
  std::chrono::milliseconds event_middleware_timeout{60'000};
  std::chrono::milliseconds ack_timeout{60'000};
  std::size_t acks_max = 1024;
  std::size_t broadcast_acks_max = 1024;
  std::size_t rooms_per_socket_max = 4096;
  std::size_t namespaces_per_client_max = 256;
  std::size_t operations_under_way_max = 16'384;
  std::size_t namespaces_max = 65'536;
  bool cleanup_empty_child_namespaces = false;
  std::size_t emits_under_way_max = 65'536;
  std::size_t broadcaster_restarts_max = 5;
  std::chrono::milliseconds broadcaster_restarts_window{10'000};
  std::chrono::milliseconds close_timeout{5'000};
  std::shared_ptr<const troupe::parser> parser;  ///< Null: JSON.
  std::optional<connection_state_recovery_options> recovery;
  /// How long a client may be silent before its connection is known to be gone.
  std::chrono::milliseconds silence_max{45'000};
  /// What a client that missed more bytes would not take at once.
  std::size_t missed_bytes_max = 4 * 1024 * 1024;
};

}  // namespace troupe::actors
