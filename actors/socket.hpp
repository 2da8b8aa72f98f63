#pragma once

#include <any>
#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/actors/ack.hpp>
#include <troupe/actors/broadcast_operator.hpp>
#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/actors/event.hpp>
#include <troupe/actors/handshake.hpp>
#include <troupe/actors/nsp.hpp>

namespace troupe {

namespace actors {
class connection_actor;
struct socket_state;
}  // namespace actors

/// One client in one namespace, as `on_connection` hands it to you. It belongs to the client's
/// connection actor and lives until its disconnect handlers have returned.
///
/// Thread: use it only inside handlers of its own client (events, acks, middlewares, connect and
/// disconnect), which all run on one thread; from anywhere else reach the client as a room,
/// `io.to(id).emit(...)`. A handler that throws ends this socket and nothing else.
class socket {
 public:
  explicit socket(actors::socket_state& state) noexcept : state_(state) {}
  socket(const socket&) = delete;
  socket& operator=(const socket&) = delete;

  /// 20 characters, unique in the server.
  const std::string& id() const noexcept;
  bool connected() const noexcept;
  troupe::handshake handshake() const noexcept;
  troupe::nsp nsp() const;
  /// Yours; lives as long as the socket.
  std::any& data() noexcept;

  /// Calls `handler` for every event `name`, after those added before it. Parameters: see
  /// make_event_handler. When the arguments do not fit, it is not called: the client's ack, if it
  /// wants one, is answered `{"error":"argument 1: expected number"}`, and it is counted and
  /// logged.
  template <class F>
  socket& on(std::string_view name, F handler) {
    add_handler(name, make_event_handler(std::move(handler)), false);
    return *this;
  }
  /// The same, for the first such event only.
  template <class F>
  socket& once(std::string_view name, F handler) {
    add_handler(name, make_event_handler(std::move(handler)), true);
    return *this;
  }
  /// Removes all handlers of `name`.
  socket& off(std::string_view name);
  /// Called for every event, before its own handlers.
  socket& on_any(std::function<void(const event&)> handler);
  /// Called once, when the socket has ended and left its rooms.
  socket& on_disconnect(std::function<void(disconnect_reason)> handler);
  /// Called once, before that, with the rooms still there.
  socket& on_disconnecting(std::function<void(disconnect_reason)> handler);

  /// Emits to this client. With an ack_handler as last argument the client is asked for an ack,
  /// and the handler called once: with its answer, or with ack_errc after the server's ack timeout
  /// or when the socket ends. Throws std::invalid_argument for a reserved name.
  template <class... Values>
  void emit(std::string_view event, Values&&... values) {
    emit_within(std::chrono::milliseconds::zero(), event, std::forward<Values>(values)...);
  }
  void emit(std::string_view event, arguments& values) { emit_values(event, values, {}, {}); }
  void emit(std::string_view event, const arguments& values) { emit_values(event, values, {}, {}); }
  void emit(std::string_view event, arguments&& values) {
    emit_values(event, std::move(values), {}, {});
  }
  /// The same with an ack timeout of its own (zero: the server's).
  template <class... Values>
  void emit_within(std::chrono::milliseconds timeout, std::string_view event, Values&&... values) {
    arguments list;
    list.reserve(sizeof...(values));
    ack_handler handler;
    (take(list, handler, std::forward<Values>(values)), ...);
    emit_values(event, std::move(list), std::move(handler), timeout);
  }
  /// emit("message", ...).
  template <class... Values>
  void send(Values&&... values) {
    emit("message", std::forward<Values>(values)...);
  }

  /// Everyone in the namespace but this client.
  broadcast_operator broadcast() const;
  /// The others in `room`.
  broadcast_operator to(std::string_view room) const { return broadcast().to(room); }
  broadcast_operator in(std::string_view room) const { return broadcast().to(room); }
  broadcast_operator except(std::string_view room) const { return broadcast().except(room); }

  /// At most options::rooms_per_socket_max rooms; past that std::length_error is thrown.
  void join(std::string_view room);
  void leave(std::string_view room);
  /// The rooms joined, its own id's among them.
  std::set<std::string> rooms() const;

  /// Ends this socket ("server namespace disconnect"): what was emitted before is delivered first.
  /// `close`: ends all of the client's sockets and its connection. Within a middleware the client
  /// is refused.
  void disconnect(bool close = false);

 private:
  template <class T>
  static void take(arguments& list, ack_handler& handler, T&& given) {
    if constexpr (std::invocable<T&, const ack_result&>)
      handler = std::forward<T>(given);
    else
      list.push_back(conversion<std::decay_t<T>>::to(given));
  }
  void add_handler(std::string_view name, event_handler handler, bool once);
  void emit_values(std::string_view event, arguments values, ack_handler handler,
                   std::chrono::milliseconds timeout);

  actors::socket_state& state_;
};

}  // namespace troupe
