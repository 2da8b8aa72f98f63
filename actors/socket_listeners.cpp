#include <troupe/actors/socket_listeners.hpp>

#include <stdexcept>
#include <string>

#include <troupe/actors/connection_actor.hpp>
#include <troupe/protocol/socketio/packet.hpp>

namespace troupe {

listener socket_listeners::add_handler(std::unique_ptr<actors::event_listener> added) {
  if (protocol::socketio::is_reserved_event(added->event_name()))
    throw std::invalid_argument("reserved event name: no client can send it");
  state_.owner.check_is_current();
  const listener name = state_.next_listener();
  state_.handlers.append(name, std::move(added));
  return name;
}

void socket_listeners::off(listener which) {
  state_.handlers.remove(which);
}

void socket_listeners::off(std::string_view name) {
  state_.handlers.remove(name);
}

void socket_listeners::off() {
  state_.handlers.clear();
}

std::size_t socket_listeners::listener_count(std::string_view name) const {
  return state_.handlers.count(name);
}

listener socket_listeners::on_any(any_handler handler) {
  state_.owner.check_is_current();
  const listener added = state_.next_listener();
  state_.more().any_handlers.append(added, std::move(handler));
  return added;
}

listener socket_listeners::prepend_any(any_handler handler) {
  state_.owner.check_is_current();
  const listener added = state_.next_listener();
  state_.more().any_handlers.prepend(added, std::move(handler));
  return added;
}

void socket_listeners::off_any(listener which) {
  if (state_.extra != nullptr) state_.extra->any_handlers.remove(which);
}

void socket_listeners::off_any() {
  if (state_.extra != nullptr) state_.extra->any_handlers.clear();
}

std::vector<listener> socket_listeners::listeners_any() const {
  return state_.seen().any_handlers.names();
}

listener socket_listeners::on_any_outgoing(outgoing_handler handler) {
  state_.owner.check_is_current();
  const listener added = state_.next_listener();
  state_.more().outgoing_handlers.append(added, std::move(handler));
  state_.owner.watch_outgoing(state_);
  return added;
}

listener socket_listeners::prepend_any_outgoing(outgoing_handler handler) {
  state_.owner.check_is_current();
  const listener added = state_.next_listener();
  state_.more().outgoing_handlers.prepend(added, std::move(handler));
  state_.owner.watch_outgoing(state_);
  return added;
}

void socket_listeners::off_any_outgoing(listener which) {
  if (state_.extra != nullptr) state_.extra->outgoing_handlers.remove(which);
  state_.owner.watch_outgoing(state_);
}

void socket_listeners::off_any_outgoing() {
  if (state_.extra != nullptr) state_.extra->outgoing_handlers.clear();
  state_.owner.watch_outgoing(state_);
}

std::vector<listener> socket_listeners::listeners_any_outgoing() const {
  return state_.seen().outgoing_handlers.names();
}

void socket_listeners::use(event_middleware middleware) {
  state_.owner.check_is_current();
  auto& present = state_.more().middlewares;
  auto changed = present == nullptr ? std::make_shared<std::vector<event_middleware>>()
                                    : std::make_shared<std::vector<event_middleware>>(*present);
  changed->push_back(std::move(middleware));
  present = std::move(changed);
}

void socket_listeners::on_error(std::function<void(const refusal&)> handler) {
  state_.owner.check_is_current();
  state_.more().error_handlers.append(state_.next_listener(), std::move(handler));
}

void socket_listeners::on_disconnect(std::function<void(disconnect_reason)> handler) {
  state_.owner.check_is_current();
  state_.disconnected.push_back(std::move(handler));
}

void socket_listeners::on_disconnecting(std::function<void(disconnect_reason)> handler) {
  state_.owner.check_is_current();
  state_.more().disconnecting.push_back(std::move(handler));
}

}  // namespace troupe
