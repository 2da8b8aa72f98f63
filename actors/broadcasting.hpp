#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/actors/broadcast_operator.hpp>

namespace troupe {

/// What may be called on a namespace, and so on a server, without choosing receivers first: every
/// call means all members. See broadcast_operator. `Self` has `broadcast_operator everyone()
/// const`.
template <class Self>
class broadcasting {
 public:
  template <class... Values>
  bool emit(std::string_view event, Values&&... values) const {
    return all().emit(event, std::forward<Values>(values)...);
  }
  template <class... Values>
  bool send(Values&&... values) const {
    return all().send(std::forward<Values>(values)...);
  }
  template <class... Values>
  std::future<broadcast_ack_result> emit_with_ack(std::string_view event,
                                                  Values&&... values) const {
    return all().emit_with_ack(event, std::forward<Values>(values)...);
  }
  broadcast_operator to(room_names rooms) const { return all().to(std::move(rooms)); }
  broadcast_operator in(room_names rooms) const { return all().to(std::move(rooms)); }
  broadcast_operator except(room_names rooms) const { return all().except(std::move(rooms)); }
  broadcast_operator volatile_() const { return all().volatile_(); }
  broadcast_operator compress(bool may) const { return all().compress(may); }
  broadcast_operator local() const { return all().local(); }
  broadcast_operator timeout(std::chrono::milliseconds limit) const { return all().timeout(limit); }
  bool fetch_sockets(std::function<void(std::vector<remote_socket>)> handler) const {
    return all().fetch_sockets(std::move(handler));
  }
  std::future<std::vector<remote_socket>> fetch_sockets() const { return all().fetch_sockets(); }
  bool count_sockets(std::function<void(std::size_t)> handler) const {
    return all().count_sockets(std::move(handler));
  }
  std::future<std::size_t> count_sockets() const { return all().count_sockets(); }
  bool sockets_join(room_names rooms) const { return all().sockets_join(std::move(rooms)); }
  bool sockets_leave(room_names rooms) const { return all().sockets_leave(std::move(rooms)); }
  bool disconnect_sockets(bool close = false) const { return all().disconnect_sockets(close); }

 protected:
  ~broadcasting() = default;

 private:
  broadcast_operator all() const { return static_cast<const Self&>(*this).everyone(); }
};

}  // namespace troupe
