#include "client.hpp"

#include "fail.hpp"
#include "msgpack.hpp"
#include "polling_client.hpp"
#include "websocket_client.hpp"

namespace load {

void client::on_engine_packet(std::string_view packet) {
  if (packet.empty()) fail("an empty Engine.IO packet");
  const char type = packet.front();
  packet.remove_prefix(1);
  switch (type) {
    case '0': {
      constexpr std::string_view key = "\"sid\":\"";
      const auto begin = packet.find(key);
      if (begin == packet.npos) fail("the session has no id");
      const auto end = packet.find('"', begin + key.size());
      on_open(packet.substr(begin + key.size(), end - begin - key.size()));
      if (what_.msgpack) return send(msgpack::connect_packet(what_.nsp));
      return send(what_.nsp == "/" ? "0" : "0" + what_.nsp + ",");
    }
    case '2':
      return send_engine_packet("3");
    case '4':
      return on_socket_packet(packet);
    case '6':
      return;  // A noop, for a GET that waits.
    default:
      fail("an Engine.IO packet that a server does not send");
  }
}

void client::on_socket_packet(std::string_view packet) {
  if (has_joined_) return told_.on_packet(*this, packet, false);
  if (!packet.starts_with(what_.msgpack ? msgpack::connected_head() : "0"))
    fail("the namespace was refused");
  has_joined_ = true;
  told_.on_joined(*this);
}

std::unique_ptr<client> connect_client(std::size_t index, const scenario& what, reactor& events,
                                       client::listener& told) {
  if (what.polls(index)) return std::make_unique<polling_client>(index, what, events, told);
  return std::make_unique<websocket_client>(index, what, events, told);
}

}  // namespace load
