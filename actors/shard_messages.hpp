#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <troupe/actors/broadcaster_messages.hpp>
#include <troupe/actors/server_messages.hpp>

// What a shard's arm of the transport actor is told; part of messages.hpp.

namespace troupe::actors {

struct adopt {
  std::shared_ptr<incoming> connection;
};
struct attach_client {
  link_id id;
  caf::actor connection;
};
struct forget {
  link_id id;
};
struct drain_shard {
  drain_server how;
};
struct broadcaster_restarted {
  std::shared_ptr<namespace_entry> nsp;
};
/// Its broadcaster has ended.
struct namespace_retired {
  std::shared_ptr<namespace_entry> nsp;
};
/// The namespace has passed on all that was emitted before the server's end.
struct passed_on {
  std::uint32_t nsp;
};
/// Ends the shard's sessions when all these namespaces have passed on what they had.
struct stop_shard {
  disconnect_reason reason;
  std::vector<std::uint32_t> behind;
};
struct table_subscribe {
  std::uint32_t nsp;
  subscribe what;
  std::shared_ptr<const std::vector<protocol::frame_ptr>> missed;  // Null: nothing.
};
struct table_unsubscribe {
  std::uint32_t nsp;
  std::string sid;
};
struct table_change_rooms {
  std::uint32_t nsp;
  change_rooms what;
};
struct table_direct {
  std::uint32_t nsp;
  direct what;
};
/// What a broadcast says, for those who listen to what their sockets are sent.
struct spoken {
  std::string event;
  arguments values;
};
struct fanout {
  std::uint32_t nsp;
  origin from;
  protocol::frame_ptr frame;
  std::shared_ptr<const target_set> targets;
  delivery how;
  std::shared_ptr<const spoken> words;  // Null: nobody listens.
  ack_request acks;                     // Null answers: none are asked for.
  std::uint64_t ack_id = 0;
};
struct table_operation {
  std::uint32_t nsp;
  member_operation what;
};

}  // namespace troupe::actors
