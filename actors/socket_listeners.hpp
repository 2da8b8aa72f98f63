#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/actors/event.hpp>
#include <troupe/actors/event_listeners.hpp>
#include <troupe/actors/listener_list.hpp>
#include <troupe/actors/next.hpp>

namespace troupe {

namespace actors {
struct socket_state;
}

/// The listening half of a socket: what is called when its client sends something, when something
/// is sent to it, and when it ends. Thread: as for socket.
class socket_listeners {
 public:
  socket_listeners(const socket_listeners&) = delete;
  socket_listeners& operator=(const socket_listeners&) = delete;

  /// Calls `handler` for every event `name`, after those added before it. Parameters: see
  /// actors::make_event_listener. When the arguments do not fit, it is not called: the client's
  /// ack, if it wants one, is answered `{"error":"argument 1: expected number"}`, and it is counted
  /// and logged. Throws std::invalid_argument for a reserved name, which no client can send
  /// ("disconnect": see on_disconnect).
  template <class F>
  listener on(std::string_view name, F handler) {
    return add_handler(actors::make_event_listener(name, std::move(handler), false));
  }
  /// The same, for the first such event only.
  template <class F>
  listener once(std::string_view name, F handler) {
    return add_handler(actors::make_event_listener(name, std::move(handler), true));
  }
  /// Removes one handler, all of an event, or all of all events. A handler may remove itself and
  /// others: what is removed is not called any more, also not for the event being handled.
  void off(listener which);
  void off(std::string_view name);
  void off();
  std::size_t listener_count(std::string_view name) const;

  using any_handler = std::function<void(const event&)>;
  /// Called for every event, before its own handlers and before the middlewares of use().
  listener on_any(any_handler handler);
  /// The same, before those that are there.
  listener prepend_any(any_handler handler);
  void off_any(listener which);
  void off_any();
  /// Those that are there, in the order in which they are called.
  std::vector<listener> listeners_any() const;

  using outgoing_handler = std::function<void(std::string_view event, const arguments& values)>;
  /// Called for every event that is sent to this client, by emits to it and by broadcasts that
  /// reach it (when these pass its shard). Acks are no events.
  listener on_any_outgoing(outgoing_handler handler);
  listener prepend_any_outgoing(outgoing_handler handler);
  void off_any_outgoing(listener which);
  void off_any_outgoing();
  std::vector<listener> listeners_any_outgoing() const;

  using event_middleware = std::function<void(const event&, next)>;
  /// Adds a middleware, run in order for every event before its handlers; one that refuses or drops
  /// its `next` drops the event. One that answers later lets later events pass; at most
  /// options::events_in_flight_max events wait in all, then the client is not read.
  void use(event_middleware middleware);
  /// Called when a middleware refused an event; without such a handler the refusal is logged.
  void on_error(std::function<void(const refusal&)> handler);

  /// Called once, when the socket has ended and left its rooms.
  void on_disconnect(std::function<void(disconnect_reason)> handler);
  /// Called once, before that, with the rooms still there.
  void on_disconnecting(std::function<void(disconnect_reason)> handler);

 protected:
  explicit socket_listeners(actors::socket_state& state) noexcept : state_(state) {}
  ~socket_listeners() = default;

  actors::socket_state& state_;

 private:
  listener add_handler(std::unique_ptr<actors::event_listener> added);
};

}  // namespace troupe
