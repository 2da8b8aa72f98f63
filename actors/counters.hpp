#pragma once

#include <atomic>
#include <cstdint>

namespace troupe::actors {

/// A number that one thread raises and any thread reads.
class counter {
 public:
  void add(std::uint64_t amount = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What one shard counted since its start. Each bound that is reached raises one of these.
struct counters {
  counter connections_accepted;
  counter tls_failures;      ///< of connections not yet WebSockets: handshakes, mostly
  counter requests_refused;  ///< HTTP 4xx by us; WebSocket messages, with the connection
  counter sessions_opened;
  counter sessions_closed;
  counter packets_received;   ///< Socket.IO packets, whole
  counter packets_malformed;  ///< the client was closed
  counter packets_sent;       ///< frames queued for one client each
  counter sockets_connected;
  counter sockets_disconnected;
  counter sockets_refused;     ///< by middleware or unknown namespace
  counter namespaces_refused;  ///< too many
  counter rooms_opened;        ///< own-id rooms are not counted
  counter rooms_closed;
  counter handlers_thrown;       ///< and other code of the user's
  counter clients_died;          ///< their actors did: a fault of the server's
  counter arguments_mismatched;  ///< typed handler not called
  counter acks_timed_out;
  counter volatile_dropped;
  counter outboxes_overflown;   ///< the connection was reset
  counter reads_paused;         ///< credit used up
  counter operations_held;      ///< they waited for a shard that is slower than the others
  counter connections_refused;  ///< by server_limits, as the next three
  counter sessions_refused;
  counter events_refused;
  counter rooms_refused;
  counter events_timed_out;        ///< a middleware did not let them on
  counter session_calls_dropped;   ///< socket_session::calls_max
  counter actor_messages_dropped;  ///< subscription_options::messages_max
  counter sockets_recovered;
  counter sockets_not_recovered;      ///< their clients asked for it
  counter recovery_packets_dropped;   ///< by their bounds, before their time
  counter recovery_sessions_dropped;  ///< by their bound, before their time
};

}  // namespace troupe::actors
