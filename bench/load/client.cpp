#include "client.hpp"

#include "fail.hpp"
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
      return send_engine_packet(nsp_ == "/" ? "40" : "40" + nsp_ + ",");
    }
    case '2':
      return send_engine_packet("3");
    case '4':
      if (has_joined_) return told_.on_packet(*this, packet, false);
      if (!packet.starts_with('0')) fail("the namespace was refused");
      has_joined_ = true;
      return told_.on_joined(*this);
    case '6':
      return;  // A noop, for a GET that waits.
    default:
      fail("an Engine.IO packet that a server does not send");
  }
}

std::unique_ptr<client> connect_client(std::size_t index, const scenario& what, reactor& events,
                                       client::listener& told) {
  if (what.polls(index)) return std::make_unique<polling_client>(index, what, events, told);
  return std::make_unique<websocket_client>(index, what, events, told);
}

}  // namespace load
