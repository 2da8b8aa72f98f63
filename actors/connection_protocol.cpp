#include <exception>

#include <troupe/actors/connection_actor.hpp>

// The part of the connection actor that knows parsers and protocol revisions.

namespace troupe::actors {

namespace socketio = protocol::socketio;

// The user's parser: what it throws is this client's end.
protocol::result<connection_actor::packet_ptr> connection_actor::decode(
    const client_data& message) {
  try {
    return parser_->decode(message.bytes, message.binary, home_.now());
  } catch (const std::exception& thrown) {
    directory_.log(log_level::error, std::string("parser threw: ") + thrown.what());
  } catch (...) {
    directory_.log(log_level::error, "parser threw");
  }
  home_.count().handlers_thrown.add();
  return protocol::errc::bad_payload;
}

time_point connection_actor::packet_deadline() const noexcept {
  return parser_ != nullptr ? parser_->deadline() : decoder_.deadline();
}

// Clients of Socket.IO 2 are in the namespace "/" without asking.
void connection_actor::join_root() {
  const auto implied =
      make_packet({.type = socketio::packet_type::connect}, directory_.options().bounds);
  connect(**implied);
}

protocol::frame_ptr connection_actor::connect_reply(const socket_state& to) const {
  const std::string& nsp = to.entry->name();
  if (link_->is_revision_3()) return directory_.encode().connect_v4(nsp);
  return directory_.encode().connect(nsp, to.sid, to.seen().pid);
}

}  // namespace troupe::actors
