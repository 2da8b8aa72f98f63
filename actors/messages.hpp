#pragma once

// Every message between the runtime's actors, in one place, because CAF must see how a type is
// declared before its first use. None of them leaves the process.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <troupe/actors/awaited_acks.hpp>
#include <troupe/actors/caf.hpp>
#include <troupe/actors/client_messages.hpp>
#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/actors/link.hpp>
#include <troupe/actors/recovery_messages.hpp>
#include <troupe/actors/remote_socket.hpp>
#include <troupe/actors/subscriber_table.hpp>
#include <troupe/protocol/frame.hpp>
#include <troupe/protocol/socketio/value.hpp>

namespace troupe::actors {

class namespace_entry;
class connection_actor;
class shard_context;

/// A connection just accepted, not yet on a shard; opaque to the actors.
class incoming {
 public:
  virtual ~incoming() = default;
  /// On the listener's shard: lets go of its loop, for `shard`.
  virtual void leave_for(unsigned shard) = 0;
  /// On the shard that it was given to.
  virtual void arrive(shard_context& shard) = 0;
};

/// Which client's actor an operation came from; `shard` is none for anybody else.
struct origin {
  static constexpr std::uint32_t none = 0xffffffff;
  link_id from{none, 0, 0};
  std::uint32_t epoch = 0;
};

// To the transport actor.
struct accepted {
  std::shared_ptr<incoming> connection;
};
struct start_listening {};
struct stop_listening {};

// To the supervisor.
struct session_opened {
  link_id id;
};
struct broadcaster_added {
  std::shared_ptr<namespace_entry> nsp;
};
struct subscriber_added {
  std::shared_ptr<namespace_entry> nsp;
  caf::actor who;
};
/// A child namespace has no socket any more and is retired.
struct namespace_emptied {
  std::shared_ptr<namespace_entry> nsp;
};
/// A shard has nothing of it any more.
struct namespace_forgotten {
  std::shared_ptr<namespace_entry> nsp;
};
struct port_added {
  std::shared_ptr<namespace_entry> nsp;
  caf::actor port;
};
struct stop_server {};
/// Ends the clients over `spread`, then the server; see shard_context::drain_sessions.
struct drain_server {
  std::chrono::milliseconds deadline;
  std::chrono::milliseconds spread;
};

// To a namespace's port, which asked a client.
struct client_answered {
  std::uint64_t id;
  std::shared_ptr<const collected_acks> result;
};

// To a connection actor. `client_data` is one Engine.IO message.
struct attached {
  link* connection;
};
struct client_data {
  std::string bytes;
  bool binary;
};
struct link_closed {
  disconnect_reason reason;
};
struct wake {};
struct subscriber_took {};
struct shut_down {
  disconnect_reason reason;
};
/// Runs on the connection's shard, in the actor; how other threads reach a socket.
struct call {
  std::function<void(connection_actor&)> what;
};

// To a broadcaster.
struct subscribe {
  origin from;
  std::string sid;
  protocol::frame_ptr connect_reply;
  std::vector<std::string> rooms;
  std::shared_ptr<const recovery_terms> recovery;  // Null where recovery is off.
};
struct unsubscribe {
  std::string sid;
  link_id from;  // A client that was recovered has the sid on another link.
};
struct change_rooms {
  origin from;
  std::string sid;
  std::vector<std::string> rooms;
  bool join;
};
struct publish {
  origin from;
  std::string event;
  arguments values;
  std::shared_ptr<const target_set> targets;  // Null: all.
  delivery how;
  ack_request acks{};                    // Null answers: none are asked for.
  std::shared_ptr<const void> credit{};  // Of outside_operations; null: it is a client's.
};
/// What befalls all members that `targets` chooses, in one order with all else.
struct member_operation {
  enum class kind : std::uint8_t { join, leave, disconnect, fetch, count };
  origin from;
  kind what = kind::fetch;
  std::shared_ptr<const target_set> targets;                        // Null: all.
  std::vector<std::string> rooms;                                   // To join or leave.
  bool close = false;                                               // Their connections as well.
  std::shared_ptr<collection<std::vector<remote_socket>>> found{};  // Of fetch.
  std::shared_ptr<collection<std::size_t>> counted{};               // Of count.
  std::shared_ptr<const void> credit{};                             // As of publish.
};
/// A frame for one socket of the sender's, kept in order with its broadcasts.
struct direct {
  origin from;
  protocol::frame_ptr frame;
  delivery how;
  bool last = false;  // The socket leaves the namespace behind it.
  std::string sid;
};
/// After a restart: the members of one shard, all of them.
struct member {
  std::string sid;
  link_id link;
  std::vector<std::string> rooms;
};
/// The server ends: passed on to every shard behind all that came before it.
struct pass_on {};
/// Somebody listens to its rooms now.
struct rooms_watched {};
struct resubscribe {
  std::uint32_t shard;
  std::vector<member> members;
};
/// A shard has taken so many more of the operations that it was sent.
struct taken {
  std::uint32_t shard;
  std::uint32_t operations;
};

// To a shard's arm of the transport actor.
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

// To all but connection actors, last.
struct end {};

}  // namespace troupe::actors

#define TROUPE_MESSAGES(apply)                                                                     \
  apply(accepted) apply(start_listening) apply(stop_listening) apply(session_opened)               \
      apply(broadcaster_added) apply(subscriber_added) apply(stop_server) apply(attached)          \
          apply(client_data) apply(link_closed) apply(wake) apply(shut_down) apply(call)           \
              apply(subscribe) apply(unsubscribe) apply(change_rooms) apply(publish) apply(direct) \
                  apply(member_operation) apply(table_operation) apply(namespace_emptied)          \
                      apply(namespace_forgotten) apply(namespace_retired) apply(pass_on) apply(    \
                          rooms_watched) apply(passed_on) apply(stop_shard) apply(resubscribe)     \
                          apply(taken) apply(adopt) apply(attach_client) apply(forget)             \
                              apply(broadcaster_restarted) apply(table_subscribe)                  \
                                  apply(table_unsubscribe) apply(table_change_rooms)               \
                                      apply(table_direct) apply(fanout) apply(claim_socket)        \
                                          apply(socket_claimed) apply(socket_ended)                \
                                              apply(superseded) apply(port_added)                  \
                                                  apply(subscriber_took) apply(client_answered)    \
                                                      apply(drain_server) apply(drain_shard)       \
                                                          apply(end)

#define TROUPE_UNSAFE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::name)
TROUPE_MESSAGES(TROUPE_UNSAFE)
#undef TROUPE_UNSAFE

#if TROUPE_CAF_1X
#define TROUPE_TYPE_ID(name) CAF_ADD_TYPE_ID(troupe_runtime, (troupe::actors::name))
CAF_BEGIN_TYPE_ID_BLOCK(troupe_runtime, TROUPE_FIRST_TYPE_ID + 16)
TROUPE_MESSAGES(TROUPE_TYPE_ID)
CAF_END_TYPE_ID_BLOCK(troupe_runtime)
#undef TROUPE_TYPE_ID
#endif
