#pragma once

#include <memory>
#include <string>

#include <troupe/actors/ack.hpp>
#include <troupe/actors/caf.hpp>
#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/protocol/socketio/value.hpp>

// What an actor of the user's receives after `nsp.subscribe(actor)`. Plain copyable structs that
// do not leave the process.

namespace troupe {

/// A client joined the namespace.
struct client_connected {
  std::string nsp;
  std::string sid;
};

/// A client of the namespace sent an event. `reply` is empty if it wants no ack.
struct client_event {
  std::string nsp;
  std::string sid;
  std::string event;
  arguments values;
  ack reply;
};

/// A client left the namespace. Last message about this sid.
struct client_disconnected {
  std::string nsp;
  std::string sid;
  disconnect_reason reason;
};

}  // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_connected)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::client_disconnected)

/// CAF 1.x: the first of the 64 type ids that the runtime's messages take. A program whose own
/// ids collide defines it before any include, the same in every file and for the library's build.
#ifndef TROUPE_FIRST_TYPE_ID
#define TROUPE_FIRST_TYPE_ID (caf::first_custom_type_id + 400)
#endif
#if TROUPE_CAF_1X
CAF_BEGIN_TYPE_ID_BLOCK(troupe, TROUPE_FIRST_TYPE_ID)
CAF_ADD_TYPE_ID(troupe, (troupe::client_connected))
CAF_ADD_TYPE_ID(troupe, (troupe::client_event))
CAF_ADD_TYPE_ID(troupe, (troupe::client_disconnected))
CAF_END_TYPE_ID_BLOCK(troupe)
#endif
