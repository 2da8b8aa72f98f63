#pragma once

#include <any>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/actors/broadcast_operator.hpp>
#include <troupe/actors/handshake.hpp>

namespace troupe {

/// A socket as fetch_sockets() found it: a picture of that moment, and a handle to act on the
/// socket, whether it is still there or not. Copyable; any thread. What acts on the socket must not
/// be called once the server has been destroyed.
class remote_socket {
 public:
  struct picture {
    std::string id;
    client_handshake client;
    value auth;
    std::set<std::string> rooms;
    std::any data;
  };
  remote_socket(broadcast_operator everyone, picture seen)
      : only_(everyone.in(seen.id)), seen_(std::make_shared<const picture>(std::move(seen))) {}

  const std::string& id() const noexcept { return seen_->id; }
  troupe::handshake handshake() const noexcept { return {seen_->client, seen_->auth}; }
  /// Its own id's among them.
  const std::set<std::string>& rooms() const noexcept { return seen_->rooms; }
  /// A copy of socket::data().
  const std::any& data() const noexcept { return seen_->data; }

  // Each gives false if it was refused, as the operations of broadcast_operator do.
  /// As socket::emit; an ack_handler as last argument gets the client's answer.
  template <class... Values>
  bool emit(std::string_view event, Values&&... values) const {
    detail::emission<ack_result> what(std::forward<Values>(values)...);
    return only_.emit_values(event, std::move(what.values), on_answer(std::move(what.on_ack)));
  }
  /// The answer as a future: for threads that may wait, never in a handler (which may hand it to
  /// one; the answer comes also when that handler's client has gone). It is an error at once if the
  /// emit was refused.
  template <class... Values>
  std::future<ack_result> emit_with_ack(std::string_view event, Values&&... values) const {
    auto answer = std::make_shared<std::promise<ack_result>>();
    auto future = answer->get_future();
    detail::emission<ack_result> what(
        std::forward<Values>(values)...,
        [answer](const ack_result& result) { answer->set_value(result); });
    only_.emit_values(event, std::move(what.values), answer_anywhere(std::move(what.on_ack)));
    return future;
  }
  /// The same with another ack timeout than options::ack_timeout.
  remote_socket timeout(std::chrono::milliseconds limit) const {
    remote_socket other(*this);
    other.only_ = only_.timeout(limit);
    return other;
  }
  bool join(room_names rooms) const { return only_.sockets_join(std::move(rooms)); }
  bool leave(room_names rooms) const { return only_.sockets_leave(std::move(rooms)); }
  bool disconnect(bool close = false) const { return only_.disconnect_sockets(close); }

 private:
  using answers_handler = broadcast_operator::answers_handler;
  answers_handler on_answer(ack_handler handler) const;
  static answers_handler answer_anywhere(ack_handler handler);

  broadcast_operator only_;
  std::shared_ptr<const picture> seen_;
};

}  // namespace troupe
