#pragma once

#include <any>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <troupe/actors/directory.hpp>
#include <troupe/actors/link.hpp>
#include <troupe/actors/socket.hpp>
#include <troupe/protocol/socketio/decoder.hpp>

namespace troupe::actors {

class connection_actor;

/// Everything one socket is; owned by its connection actor.
struct socket_state {
  enum class phase : std::uint8_t { connecting, connected, ended };
  struct registration {
    std::string name;
    event_handler call;
    bool once;
    bool removed = false;
  };
  struct pending_ack {
    ack_handler handler;
    time_point deadline;
  };

  socket_state(connection_actor& actor, namespace_ptr joined) : owner(actor), entry(joined) {}

  connection_actor& owner;
  namespace_ptr entry;
  socket facade{*this};
  std::string sid;
  phase now = phase::connecting;
  std::uint32_t epoch = 0;                          // Of the broadcaster that it subscribed with.
  time_point connect_deadline = time_point::max();  // While its middlewares are at work.
  value auth;
  std::any data;
  /// The namespace's handlers as they were when this client came.
  std::shared_ptr<const namespace_entry::handlers> shared;
  std::size_t middlewares_done = 0;
  /// Shared, so that a handler may remove itself or others while it runs.
  std::vector<std::shared_ptr<registration>> handlers;
  std::vector<std::function<void(const event&)>> any_handlers;
  std::vector<std::function<void(disconnect_reason)>> disconnecting;
  std::vector<std::function<void(disconnect_reason)>> disconnected;
  std::vector<std::string> rooms;
  std::map<std::uint64_t, pending_ack> acks;
  std::uint64_t next_ack = 1;
  /// What came while the middlewares were at work, in order; its credit is not given back yet.
  std::deque<protocol::socketio::packet_ptr> waiting;
};

}  // namespace troupe::actors
