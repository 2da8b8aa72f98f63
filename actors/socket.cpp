#include <troupe/actors/socket.hpp>

#include <stdexcept>

#include <troupe/actors/connection_actor.hpp>

namespace troupe {

using actors::socket_state;

const std::string& socket::id() const noexcept {
  return state_.sid;
}

bool socket::connected() const noexcept {
  return state_.now == socket_state::phase::connected;
}

bool socket::recovered() const noexcept {
  return state_.is_recovered;
}

troupe::handshake socket::handshake() const {
  return {state_.owner.connection()->handshake(), state_.auth};
}

engine_session& socket::conn() const {
  if (state_.session == nullptr) state_.session = std::make_unique<actors::socket_session>(state_);
  return *state_.session;
}

troupe::nsp socket::nsp() const {
  return {state_.owner.home().shared(), state_.entry};
}

std::any& socket::data() noexcept {
  return state_.data;
}

void socket::join(room_names rooms) {
  state_.owner.check_is_current();
  for (std::string& room : std::move(rooms).list()) {
    if (state_.rooms.size() >= state_.owner.home().shared().options().rooms_per_socket_max)
      throw std::length_error("too many rooms");
    if (room == state_.sid) continue;
    state_.owner.check_room(state_, room);
    state_.owner.change_rooms_of(state_, std::move(room), true);
  }
}

void socket::leave(std::string_view room) {
  state_.owner.check_is_current();
  state_.owner.change_rooms_of(state_, std::string(room), false);
}

std::set<std::string> socket::rooms() const {
  std::set<std::string> all(state_.rooms.begin(), state_.rooms.end());
  if (!state_.has_left) all.insert(state_.sid);
  return all;
}

socket_executor socket::executor() const {
  return socket_executor(state_);
}

void socket::disconnect(bool close) {
  state_.owner.check_is_current();
  if (close)
    state_.owner.end_all(disconnect_reason::server_namespace_disconnect, true);
  else if (state_.now == socket_state::phase::connecting)
    state_.owner.refuse(state_, "disconnected by the server", {});
  else
    state_.owner.end(state_, disconnect_reason::server_namespace_disconnect, true);
}

}  // namespace troupe
