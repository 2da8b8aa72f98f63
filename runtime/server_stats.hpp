#pragma once

#include <cstdint>

namespace troupe {

/// What a server counted, all shards together; see actors/counters.hpp for the meaning.
struct server_stats {
  std::uint64_t clients = 0;  ///< Engine.IO sessions open now.
  std::uint64_t sockets = 0;  ///< Sockets connected now.
  std::uint64_t rooms = 0;    ///< Rooms with a member, counted on each shard; own-id rooms not.
  std::uint64_t connections_accepted = 0;
  std::uint64_t tls_failures = 0;
  std::uint64_t requests_refused = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t packets_malformed = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t sockets_refused = 0;
  std::uint64_t namespaces_refused = 0;
  std::uint64_t handlers_thrown = 0;
  std::uint64_t clients_died = 0;
  std::uint64_t arguments_mismatched = 0;
  std::uint64_t acks_timed_out = 0;
  std::uint64_t volatile_dropped = 0;
  std::uint64_t outboxes_overflown = 0;
  std::uint64_t reads_paused = 0;
  std::uint64_t operations_held = 0;
  std::uint64_t connections_refused = 0;  ///< By options::limits, as the next three.
  std::uint64_t sessions_refused = 0;
  std::uint64_t events_refused = 0;
  std::uint64_t rooms_refused = 0;
  std::uint64_t events_timed_out = 0;
  std::uint64_t actor_messages_dropped = 0;
  std::uint64_t session_calls_dropped = 0;  ///< See engine_session.
  std::uint64_t emits_refused = 0;
  std::uint64_t sockets_recovered = 0;
  std::uint64_t sockets_not_recovered = 0;
  std::uint64_t recovery_packets_dropped = 0;
  std::uint64_t recovery_sessions_dropped = 0;
};

}  // namespace troupe
