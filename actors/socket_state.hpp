#pragma once

#include <any>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <troupe/actors/awaited_acks.hpp>
#include <troupe/actors/directory.hpp>
#include <troupe/actors/link.hpp>
#include <troupe/actors/socket.hpp>
#include <troupe/actors/socket_session.hpp>
#include <troupe/protocol/socketio/decoder.hpp>

namespace troupe::actors {

class connection_actor;

/// Everything one socket is; owned by its connection actor.
struct socket_state {
  enum class phase : std::uint8_t { connecting, connected, ended };
  using event_middlewares = std::vector<socket_listeners::event_middleware>;
  /// An event on its way through the middlewares.
  struct held_event {
    event what;
    std::shared_ptr<const event_middlewares> chain;
    time_point deadline;  // Those of later ones are later.
    std::size_t done = 0;
    bool is_withheld = false;  // Its credit does not come back before it is through.
  };
  struct pending_ack {
    ack_handler handler;
    time_point deadline;
  };
  /// What a socket has only until it has joined.
  struct way_in {
    time_point deadline = time_point::max();  // While its middlewares are at work.
    std::size_t middlewares_done = 0;
    /// What a parent or a middleware is asked of it now; 0: nothing.
    std::uint64_t question = 0;
    /// Asked in turn whether they take a namespace that is not there yet; null: `entry` is there.
    std::shared_ptr<const std::vector<parent_namespace>> parents;
    std::size_t parents_asked = 0;
    /// What came meanwhile, in order; its credit is not given back yet.
    std::deque<protocol::socketio::packet_ptr> waiting;
  };
  /// What most sockets never have; made for those that do, so that an idle one is small.
  struct extras {
    std::string pid;  ///< By which it can be recovered; empty where recovery is off.
    listener_list<socket_listeners::any_handler> any_handlers;
    listener_list<socket_listeners::outgoing_handler> outgoing_handlers;
    listener_list<std::function<void(const refusal&)>> error_handlers;
    std::shared_ptr<const event_middlewares> middlewares;  // Null: none.
    std::map<std::uint64_t, held_event> held;
    std::uint64_t events_held = 0;  // Ever.
    std::vector<std::function<void(disconnect_reason)>> disconnecting;
    /// Actors of the user's that hear nothing of it: they were full when it connected.
    std::vector<const subscription*> unheard_by;
    std::unique_ptr<token_bucket> rate;  ///< Of its events; null: not limited.
    std::map<std::uint64_t, pending_ack> acks;
  };

  socket_state(connection_actor& actor, namespace_ptr joined) : owner(actor), entry(joined) {}

  listener next_listener() noexcept { return listener(++listeners_made); }
  /// To change; makes them.
  extras& more() {
    if (extra == nullptr) extra = std::make_unique<extras>();
    return *extra;
  }
  /// To read; empty ones where it has none.
  const extras& seen() const noexcept;

  connection_actor& owner;
  namespace_ptr entry;
  socket facade{*this};
  std::string sid;
  phase now = phase::connecting;
  bool is_claiming = false;  ///< Its broadcaster is asked for the socket that it was.
  bool is_recovered = false;
  bool watches_outgoing = false;  // Has told so.
  bool has_left = false;          // Its rooms, at its end.
  disconnect_reason ended_by = disconnect_reason::transport_close;
  std::uint32_t epoch = 0;  // Of the broadcaster that it subscribed with.
  /// Null once it has joined.
  std::unique_ptr<way_in> arriving = std::make_unique<way_in>();
  value auth;
  std::any data;
  std::unique_ptr<socket_session> session;  // Once it was asked for.
  /// The namespace's handlers as they were when this client came.
  std::shared_ptr<const namespace_entry::handlers> shared;
  event_listeners handlers;
  std::uint64_t listeners_made = 0;
  std::vector<std::function<void(disconnect_reason)>> disconnected;
  std::vector<std::string> rooms;
  std::vector<std::string> rooms_at_end;  ///< Those that it was in then.
  std::unique_ptr<extras> extra;          ///< Null: none yet. See more() and seen().
};

inline const socket_state::extras& socket_state::seen() const noexcept {
  static const extras& none = *new const extras{};  // Servers may end behind statics.
  return extra != nullptr ? *extra : none;
}

}  // namespace troupe::actors
