#pragma once

#include <any>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/actors/ack.hpp>
#include <troupe/actors/engine_session.hpp>
#include <troupe/actors/handshake.hpp>
#include <troupe/actors/nsp.hpp>
#include <troupe/actors/socket_executor.hpp>
#include <troupe/actors/socket_listeners.hpp>
#include <troupe/actors/socket_operator.hpp>

namespace troupe {

/// One client in one namespace, as `on_connection` hands it to you. It belongs to the client's
/// connection actor and lives until its disconnect handlers have returned, and the handler, if any,
/// that ended it.
///
/// Thread: use it only inside handlers of its own client (events, acks, middlewares, connect and
/// disconnect), which all run on one thread; from anywhere else reach the client as a room,
/// `io.to(id).emit(...)`, or by its executor(); emitting, joining, leaving, ending it and adding
/// handlers throw std::logic_error there. A handler that throws ends this socket and nothing else.
class socket : public socket_listeners {
 public:
  explicit socket(actors::socket_state& state) noexcept : socket_listeners(state) {}

  /// 20 characters, unique in the server.
  const std::string& id() const noexcept;
  bool connected() const noexcept;
  /// It is the socket that this client had before its connection was lost: id, rooms and data are
  /// those of then, and it is sent what it missed (options::connection_state_recovery).
  bool recovered() const noexcept;
  troupe::handshake handshake() const;
  /// The Engine.IO session that all of the client's sockets share: its transport, its events, which
  /// are told as this socket's handlers are called.
  engine_session& conn() const;
  troupe::nsp nsp() const;
  /// Yours; lives as long as the socket, and is there again when it is recovered. Where recovery
  /// is on it may be destroyed later than the socket, on another thread of the server's.
  std::any& data() noexcept;

  // To this client: see socket_operator.
  template <class... Values>
  void emit(std::string_view event, Values&&... values) {
    plain().emit(event, std::forward<Values>(values)...);
  }
  /// emit("message", ...).
  template <class... Values>
  void send(Values&&... values) {
    plain().emit("message", std::forward<Values>(values)...);
  }
  template <class... Values>
  std::future<ack_result> emit_with_ack(std::string_view event, Values&&... values) {
    return plain().emit_with_ack(event, std::forward<Values>(values)...);
  }
  socket_operator volatile_() const { return plain().volatile_(); }
  socket_operator compress(bool may) const { return plain().compress(may); }
  socket_operator timeout(std::chrono::milliseconds limit) const { return plain().timeout(limit); }

  // To others: see broadcast_operator.
  /// Everyone in the namespace but this client.
  broadcast_operator broadcast() const { return plain().broadcast(); }
  /// The others in these rooms.
  broadcast_operator to(room_names rooms) const { return broadcast().to(std::move(rooms)); }
  broadcast_operator in(room_names rooms) const { return broadcast().to(std::move(rooms)); }
  broadcast_operator except(room_names rooms) const { return broadcast().except(std::move(rooms)); }
  broadcast_operator local() const { return broadcast().local(); }

  /// At most options::rooms_per_socket_max rooms; past that std::length_error is thrown.
  void join(room_names rooms);
  void leave(std::string_view room);
  /// The rooms joined, its own id's among them; none when it has ended.
  std::set<std::string> rooms() const;

  /// Brings work from other threads here.
  socket_executor executor() const;

  /// Ends this socket ("server namespace disconnect"): what was emitted before is delivered first.
  /// Its disconnect handlers, and those of acks that it waits for, run before this returns.
  /// `close`: ends all of the client's sockets and its connection. Within a middleware the client
  /// is refused.
  void disconnect(bool close = false);

 private:
  socket_operator plain() const noexcept { return socket_operator(state_); }
};

}  // namespace troupe
