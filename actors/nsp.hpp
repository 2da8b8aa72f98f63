#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/actors/broadcasting.hpp>
#include <troupe/actors/next.hpp>
#include <troupe/actors/remote_socket.hpp>

namespace caf {
class actor;
}

namespace troupe {

class socket;
struct subscription_options;

/// A namespace of a server; a copyable handle, valid as long as the server. Any thread.
class nsp : public broadcasting<nsp> {
 public:
  nsp(actors::directory& shared, std::shared_ptr<actors::namespace_entry> entry)
      : directory_(&shared), entry_(std::move(entry)) {}

  const std::string& name() const noexcept;

  /// Adds a handler for every client that joins. It runs on the client's shard's thread: with more
  /// than one thread, handlers of different clients run at the same time, those of one client
  /// never. The socket lives until its disconnect handlers have returned: what is registered on it
  /// may capture it by reference. Handlers added later are for clients that join later.
  void on_connection(std::function<void(socket&)> handler) const;
  /// Adds a middleware: runs, in order, before the client is told that it joined. It may refuse.
  void use(std::function<void(socket&, next)> handler) const;
  // Rooms come and go with their members; the id of each socket is a room as well. The handlers run
  // in the order of what happens in the namespace, on a thread of the server's; they must not
  // block, and what they throw is logged. With a broadcaster that died some of it is lost.
  void on_create_room(std::function<void(const std::string& room)> handler) const;
  void on_delete_room(std::function<void(const std::string& room)> handler) const;
  void on_join_room(
      std::function<void(const std::string& room, const std::string& sid)> handler) const;
  void on_leave_room(
      std::function<void(const std::string& room, const std::string& sid)> handler) const;

  /// Emits to the other servers of a cluster, not to clients. A server on its own has none: nobody
  /// hears it, and a broadcast_ack_handler as last argument is called with no responses. Throws
  /// std::invalid_argument for "connect", "connection" and "new_namespace".
  template <class... Values>
  void server_side_emit(std::string_view event, Values&&... values) const {
    detail::emission<broadcast_ack_result> what(std::forward<Values>(values)...);
    emit_to_servers(event, what.values, what.on_ack);
  }
  template <class... Values>
  std::future<broadcast_ack_result> server_side_emit_with_ack(std::string_view event,
                                                              Values&&... values) const {
    auto answer = std::make_shared<std::promise<broadcast_ack_result>>();
    auto future = answer->get_future();
    server_side_emit(event, std::forward<Values>(values)...,
                     [answer](const broadcast_ack_result& result) { answer->set_value(result); });
    return future;
  }

  /// `who` hears of every client of the namespace that joins from now on: client_connected,
  /// client_event, client_disconnected and, of rooms it asks for, client_joined and client_left
  /// (`<troupe/actors.hpp>`); until it ends or unsubscribes. How much waits for it, and what
  /// happens when it does not keep up, is in the options.
  void subscribe(const caf::actor& who) const;
  void subscribe(const caf::actor& who, subscription_options wanted) const;
  /// It is sent nothing more; what it has been sent is still there.
  void unsubscribe(const caf::actor& who) const;
  /// An actor of the server's that does what messages ask for: emit_event, join_rooms, leave_rooms,
  /// disconnect_clients, acknowledge, and ask_client as a request (`<troupe/actors.hpp>`). What one
  /// actor sends it is done in order. It ends with the server; null once the server is ending.
  caf::actor actor() const;

  /// All members; what broadcasting offers is said of these.
  broadcast_operator everyone() const { return {*directory_, entry_}; }

 private:
  void emit_to_servers(std::string_view event, const arguments& values,
                       const broadcast_ack_handler& on_acks) const;
  template <class Add>
  void listen_to_rooms(Add add) const;

  actors::directory* directory_;
  std::shared_ptr<actors::namespace_entry> entry_;
};

}  // namespace troupe
