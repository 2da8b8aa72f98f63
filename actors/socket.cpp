#include <troupe/actors/socket.hpp>

#include <stdexcept>

#include <troupe/actors/connection_actor.hpp>
#include <troupe/protocol/assert.hpp>
#include <troupe/protocol/socketio/packet.hpp>

namespace troupe {

using actors::socket_state;

const std::string& socket::id() const noexcept {
  return state_.sid;
}

bool socket::connected() const noexcept {
  return state_.now == socket_state::phase::connected;
}

troupe::handshake socket::handshake() const noexcept {
  return {state_.owner.connection()->handshake(), state_.auth};
}

engine_session& socket::conn() const {
  return state_.owner.connection()->conn();
}

troupe::nsp socket::nsp() const {
  return {state_.owner.home().shared(), state_.entry};
}

std::any& socket::data() noexcept {
  return state_.data;
}

broadcast_operator socket::broadcast() const {
  return broadcast_operator(state_.owner.home().shared(), state_.entry).except(state_.sid);
}

void socket::join(std::string_view room) {
  if (state_.rooms.size() >= state_.owner.home().shared().options().rooms_per_socket_max)
    throw std::length_error("too many rooms");
  if (room == state_.sid) return;
  state_.owner.check_room(room);
  state_.owner.change_rooms_of(state_, std::string(room), true);
}

void socket::leave(std::string_view room) {
  state_.owner.change_rooms_of(state_, std::string(room), false);
}

std::set<std::string> socket::rooms() const {
  std::set<std::string> all(state_.rooms.begin(), state_.rooms.end());
  if (!state_.has_left) all.insert(state_.sid);
  return all;
}

void socket::disconnect(bool close) {
  if (close)
    state_.owner.end_all(disconnect_reason::server_namespace_disconnect, true);
  else if (state_.now == socket_state::phase::connecting)
    state_.owner.refuse(state_, "disconnected by the server", {});
  else
    state_.owner.end(state_, disconnect_reason::server_namespace_disconnect, true);
}

void socket::emit_values(std::string_view event, arguments values, ack_handler handler,
                         std::chrono::milliseconds timeout) {
  if (protocol::socketio::is_reserved_event(event))
    throw std::invalid_argument("reserved event name");
  TROUPE_ASSERT(actors::connection_actor::current() == &state_.owner);
  if (connected() && !state_.outgoing_handlers.empty())
    state_.owner.notify_outgoing(state_, event, values);
  if (!connected()) {
    if (handler) handler(make_error_code(ack_errc::disconnected));
    return;
  }
  std::optional<std::uint64_t> id;
  if (handler) id = state_.next_ack++;
  const argument_writer writer(event, values);
  auto frame = state_.owner.home().shared().encode().event(state_.entry->name(), writer.texts(), id,
                                                           writer.attachments());
  state_.owner.send(state_, std::move(frame), {});
  if (handler) state_.owner.add_ack(state_, *id, std::move(handler), timeout);
}

}  // namespace troupe
