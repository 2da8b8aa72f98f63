#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/actors/broadcast_ack.hpp>
#include <troupe/actors/emission.hpp>
#include <troupe/actors/link.hpp>
#include <troupe/actors/room_names.hpp>
#include <troupe/actors/subscriber_table.hpp>

namespace troupe {

class remote_socket;

namespace actors {
class directory;
class namespace_entry;
class namespace_port;
struct member_operation;
struct collected_acks;
struct publish;
template <class Whole>
class collection;
}  // namespace actors

/// Chooses receivers in one namespace and emits to them: `io.to("room").except(id).emit(...)`.
/// Every call gives a new operator; this one stays as it was. Rooms add up (a socket in several
/// gets the event once); a socket's id is a room. Copyable; any thread. What one actor or thread
/// emits arrives in the order emitted; operations on the members (sockets_join ...) stand in the
/// same order.
///
/// Handlers given to it are called once. Those given within a handler of a client run as that
/// client's handlers do, and not at all once it has gone; others run on a thread of the server's
/// and must not block. What they throw is logged.
class broadcast_operator {
 public:
  broadcast_operator(actors::directory& shared, std::shared_ptr<actors::namespace_entry> nsp)
      : directory_(&shared), nsp_(std::move(nsp)) {}

  broadcast_operator to(room_names rooms) const;
  broadcast_operator in(room_names rooms) const { return to(std::move(rooms)); }
  broadcast_operator except(room_names rooms) const;
  /// Not queued for a client that cannot be written to right now.
  broadcast_operator volatile_() const;
  /// Whether a transport that compresses may do so; true unless told.
  broadcast_operator compress(bool may) const;
  /// Receivers on this server only. A server on its own has no others.
  broadcast_operator local() const { return *this; }
  /// How long the acks of an emit are waited for; options::ack_timeout unless told.
  broadcast_operator timeout(std::chrono::milliseconds limit) const;

  /// With a broadcast_ack_handler as last argument every receiver is asked for an ack: it is called
  /// when all have answered or the time is up. Throws std::invalid_argument for a reserved event
  /// name. False: it was refused, since options::emits_under_way_max operations from outside the
  /// server's handlers wait already; within handlers it is always true.
  template <class... Values>
  bool emit(std::string_view event, Values&&... values) const {
    said what(std::forward<Values>(values)...);
    return emit_values(event, std::move(what.values), on_answers(std::move(what.on_ack)));
  }
  /// emit("message", ...).
  template <class... Values>
  bool send(Values&&... values) const {
    return emit("message", std::forward<Values>(values)...);
  }
  /// The answers as a future: for threads that may wait, never in a handler.
  template <class... Values>
  std::future<broadcast_ack_result> emit_with_ack(std::string_view event,
                                                  Values&&... values) const {
    auto answer = std::make_shared<std::promise<broadcast_ack_result>>();
    said what(std::forward<Values>(values)...,
              [answer](const broadcast_ack_result& result) { answer->set_value(result); });
    auto future = answer->get_future();
    emit_values(event, std::move(what.values), answers_anywhere(std::move(what.on_ack)));
    return future;
  }

  // Those that give a bool: false means refused, as of emit(); where the namespace is a parent, by
  // one of its children at least.
  /// The sockets chosen, as they are when this passes the namespace. False: `handler` is not
  /// called.
  bool fetch_sockets(std::function<void(std::vector<remote_socket>)> handler) const;
  /// The same as a future: for threads that may wait, never in a handler. It throws
  /// std::length_error if this was refused.
  std::future<std::vector<remote_socket>> fetch_sockets() const;
  /// How many these are, without a picture of each: of a namespace, a room, several. As of
  /// fetch_sockets(), but for sockets that are being ended, which may be counted.
  bool count_sockets(std::function<void(std::size_t)> handler) const;
  std::future<std::size_t> count_sockets() const;
  /// Makes the sockets chosen join rooms; a socket that is in options::rooms_per_socket_max rooms
  /// joins no more. Throws std::length_error for a name of over limits.room_name_bytes_max bytes.
  bool sockets_join(room_names rooms) const;
  bool sockets_leave(room_names rooms) const;
  /// Ends the sockets chosen ("server namespace disconnect"); `close`: their connections as well.
  bool disconnect_sockets(bool close = false) const;

 private:
  friend class remote_socket;
  friend class actors::namespace_port;
  friend class socket_operator;
  using said = detail::emission<broadcast_ack_result>;
  using answers_handler = std::function<void(actors::collected_acks&&)>;

  bool emit_values(std::string_view event, arguments values, answers_handler on_answers) const;
  answers_handler on_answers(broadcast_ack_handler handler) const;
  static answers_handler answers_anywhere(broadcast_ack_handler handler);
  std::shared_ptr<const actors::target_set> targets() const;
  bool operate(actors::member_operation message) const;
  template <class Found>
  bool gather(std::shared_ptr<actors::collection<Found>> actors::member_operation::*in,
              std::function<void(Found&&)> deliver) const;
  template <class Found>
  std::future<Found> gathered(
      std::shared_ptr<actors::collection<Found>> actors::member_operation::*in) const;
  template <class Message>
  bool send_to_broadcaster(const std::shared_ptr<actors::namespace_entry>& nsp,
                           Message message) const;

  actors::directory* directory_;
  std::shared_ptr<actors::namespace_entry> nsp_;
  actors::target_set targets_;
  actors::delivery how_;
  std::chrono::milliseconds timeout_{0};
};

}  // namespace troupe
