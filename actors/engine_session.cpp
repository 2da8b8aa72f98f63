#include <troupe/actors/engine_session.hpp>

#include <utility>

namespace troupe {

void engine_session::forget_in(engine_session& whole) const {
  const auto drop = [&](auto& all) {
    std::erase_if(all, [&](const auto& one) { return one.through == this; });
  };
  drop(whole.upgrade_);
  drop(whole.packet_);
  drop(whole.packet_create_);
  drop(whole.drain_);
  drop(whole.heartbeat_);
  drop(whole.close_);
}

std::function<void()> engine_session::brought(calling way, std::function<void()> listener) {
  return [way = std::move(way), listener = std::move(listener)] { way(listener); };
}

// What is borrowed is copied on the way; a packet's type is a literal.
std::function<void(const engine_packet&)> engine_session::brought(
    calling way, std::function<void(const engine_packet&)> listener) {
  return [way = std::move(way), listener = std::move(listener)](const engine_packet& packet) {
    way([listener, type = packet.type, bytes = std::string(packet.data),
         is_binary = packet.is_binary] {
      listener({type, bytes, is_binary});
    });
  };
}

std::function<void(disconnect_reason)> engine_session::brought(
    calling way, std::function<void(disconnect_reason)> listener) {
  return [way = std::move(way), listener = std::move(listener)](disconnect_reason reason) {
    way([listener, reason] { listener(reason); });
  };
}

}  // namespace troupe
