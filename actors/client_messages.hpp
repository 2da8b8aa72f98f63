#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <troupe/actors/ack.hpp>
#include <troupe/actors/caf.hpp>
#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/protocol/socketio/value.hpp>

// What an actor of the user's receives after `nsp.subscribe(actor)`, and what it may send to
// `nsp.actor()`. Plain copyable structs that do not leave the process.

namespace troupe {

/// What an actor wants to hear of a namespace's clients, and what happens when it does not keep up.
struct subscription_options {
  /// Only the events of these names; all if empty.
  std::vector<std::string> event_names{};
  /// Only of clients that are in one of these rooms when it happens; all clients if empty. Of these
  /// rooms it hears client_joined and client_left, and not of connects and disconnects.
  std::vector<std::string> rooms{};
  bool events = true;       ///< client_event
  bool connects = true;     ///< client_connected
  bool disconnects = true;  ///< client_disconnected
  /// Messages that it has been sent and has not handled: those for which a copy lives.
  std::size_t messages_max = 10'000;
  enum class full : std::uint8_t {
    /// At messages_max it is sent no more events; each is counted (actor_messages_dropped). Who
    /// connects then is not told of at all, if it wants connects. Nobody else notices.
    drop,
    /// It gets every event and connect, past messages_max too. A client of whose events
    /// options::events_in_flight_max wait for such actors is not read: slow ones slow it down.
    pause
  };
  /// Either way: at messages_max it is not told of a room's joins and leaves, nor of disconnects if
  /// it wants no connects; each is counted. (pause: of disconnects it always is.)
  full when_full = full::drop;
  /// The bound of `pause`: at it, who connects is not told of, nor what that client does; counted.
  /// What clients do that came before is bounded by each one's events_in_flight_max.
  std::size_t paused_messages_max = 1'000'000;
};

/// A client joined the namespace.
struct client_connected {
  std::string nsp;
  std::string sid;
  bool recovered = false;  ///< socket::recovered()
  /// The server's: the message counts as not handled while it or a copy of it lives.
  std::shared_ptr<const void> credit{};
};

/// A client of the namespace sent an event. `reply` is empty if it wants no ack.
struct client_event {
  std::string nsp;
  std::string sid;
  std::string event;
  arguments values;
  ack reply;
  std::shared_ptr<const void> credit{};
};

/// A client joined a room that was subscribed to, or left it, perhaps by its end.
struct client_joined {
  std::string nsp;
  std::string sid;
  std::string room;
  std::shared_ptr<const void> credit{};
};
struct client_left {
  std::string nsp;
  std::string sid;
  std::string room;
  std::shared_ptr<const void> credit{};
};

/// A client left the namespace. Last message about this sid, unless it is recovered.
struct client_disconnected {
  std::string nsp;
  std::string sid;
  disconnect_reason reason;
  std::shared_ptr<const void> credit{};
};

// To `nsp.actor()`, whose mailbox is for the sender to bound; past options::emits_under_way_max
// operations that wait for the namespace a message is dropped, and logged. `rooms` and `except`
// choose clients as broadcast_operator does: the union of the rooms (all if empty) less the
// exceptions; a socket's id is a room.
struct emit_event {
  std::string event;
  arguments values;
  std::vector<std::string> rooms{};
  std::vector<std::string> except{};
  bool is_volatile = false;
};
struct join_rooms {
  std::vector<std::string> rooms;  ///< Whom.
  std::vector<std::string> joined;
};
struct leave_rooms {
  std::vector<std::string> rooms;  ///< Whom.
  std::vector<std::string> left;
};
/// "server namespace disconnect".
struct disconnect_clients {
  std::vector<std::string> rooms;
  bool close = false;  ///< Their connections as well.
};
/// Answers an event: the same as calling its `reply`.
struct acknowledge {
  ack reply;
  arguments values;
};
/// As a request: emits to one client and is answered with client_answer, the arguments of its ack,
/// or with an error: sec::request_timeout, also of a client that goes meanwhile;
/// sec::request_receiver_down when there is none of that id; sec::runtime_error when too much
/// waits, the namespace or the server ends, or the event's name is reserved.
struct ask_client {
  std::string sid;  ///< A room, so all in it are asked: not what a client says, unchecked.
  std::string event;
  arguments values;
  std::chrono::milliseconds timeout{0};  ///< 0: options::ack_timeout.
};
struct client_answer {
  arguments values;
};

}  // namespace troupe

#define TROUPE_CLIENT_MESSAGES(apply)                                                         \
  apply(client_connected) apply(client_event) apply(client_disconnected) apply(client_joined) \
      apply(client_left) apply(emit_event) apply(join_rooms) apply(leave_rooms)               \
          apply(disconnect_clients) apply(acknowledge) apply(ask_client) apply(client_answer)

#define TROUPE_UNSAFE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::name)
TROUPE_CLIENT_MESSAGES(TROUPE_UNSAFE)
#undef TROUPE_UNSAFE

/// CAF 1.x: the first of the 128 type ids that the runtime's messages take. A program whose own
/// ids collide defines it before any include, the same in every file and for the library's build.
#ifndef TROUPE_FIRST_TYPE_ID
#define TROUPE_FIRST_TYPE_ID (caf::first_custom_type_id + 400)
#endif
#if TROUPE_CAF_1X
#define TROUPE_TYPE_ID(name) CAF_ADD_TYPE_ID(troupe, (troupe::name))
CAF_BEGIN_TYPE_ID_BLOCK(troupe, TROUPE_FIRST_TYPE_ID)
TROUPE_CLIENT_MESSAGES(TROUPE_TYPE_ID)
CAF_END_TYPE_ID_BLOCK(troupe)
#undef TROUPE_TYPE_ID
#endif
