#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <troupe/actors/awaited_acks.hpp>
#include <troupe/actors/caf.hpp>
#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/actors/link.hpp>

// What the transport actor, the supervisor, a namespace's port and connection actors are told; part
// of messages.hpp.

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

// To all but connection actors, last.
struct end {};

}  // namespace troupe::actors
