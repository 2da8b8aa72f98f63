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
#include <troupe/actors/ack_callback.hpp>
#include <troupe/actors/broadcast_operator.hpp>
#include <troupe/actors/engine_session.hpp>
#include <troupe/actors/handshake.hpp>
#include <troupe/actors/nsp.hpp>
#include <troupe/actors/socket_listeners.hpp>

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
class socket : public socket_listeners {
 public:
  explicit socket(actors::socket_state& state) noexcept : socket_listeners(state) {}

  /// 20 characters, unique in the server.
  const std::string& id() const noexcept;
  bool connected() const noexcept;
  troupe::handshake handshake() const noexcept;
  /// The Engine.IO session that all of the client's sockets share: its transport, its events.
  engine_session& conn() const;
  troupe::nsp nsp() const;
  /// Yours; lives as long as the socket.
  std::any& data() noexcept;

  /// Emits to this client. With a handler as last argument the client is asked for an ack, and the
  /// handler called once: with its answer, or with ack_errc after the server's ack timeout or when
  /// the socket ends. What handlers may look like: see make_ack_handler. Throws
  /// std::invalid_argument for a reserved name.
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
    if constexpr (detail::ack_callback<std::decay_t<T>>)
      handler = make_ack_handler(std::decay_t<T>(std::forward<T>(given)));
    else
      list.push_back(conversion<std::decay_t<T>>::to(given));
  }
  void emit_values(std::string_view event, arguments values, ack_handler handler,
                   std::chrono::milliseconds timeout);
};

}  // namespace troupe
