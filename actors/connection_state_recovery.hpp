#pragma once

#include <chrono>
#include <cstddef>

namespace troupe {

/// Connection state recovery: a client whose connection was lost, and that comes back in time, gets
/// its socket's id, rooms and data again (`socket::recovered()`) and, once and in order, the events
/// that it missed. Whoever cannot be recovered gets a socket as any new client does.
///
/// Events are kept by reference to the bytes that were sent, in memory; they and the saved sockets
/// do not outlive the server. Kept are events without an ack that are not volatile; to each event
/// without an ack a string is appended, which official clients take for their own.
struct connection_state_recovery_options {
  /// A client that stays away longer is not recovered.
  std::chrono::milliseconds max_disconnection_duration{120'000};
  /// The namespace's middlewares are not run for a client that is recovered.
  bool skip_middlewares = true;
  /// Events kept, of one namespace. Over it the oldest is dropped: who has missed it is not
  /// recovered.
  std::size_t packets_max = 10'000;
  /// The same for the bytes of what is kept of one namespace.
  std::size_t bytes_max = 16 * 1024 * 1024;
  /// Sockets of clients that are away, of the server. Over it the namespace's oldest one is
  /// dropped, or, if it has none, the new one is not saved: that client is not recovered.
  std::size_t sessions_max = 100'000;
  /// Changes of one socket's rooms that are remembered, to know what it was sent before them. Over
  /// it the oldest is forgotten: who has missed what came before it is not recovered.
  std::size_t room_changes_max = 256;
};

}  // namespace troupe
