#include <stdexcept>

#include <troupe/actors/connection_actor.hpp>
#include <troupe/protocol/socketio/packet.hpp>

// The part of the connection actor that keeps a client within the server's limits.

namespace troupe::actors {

void connection_actor::report_limit(limit which) {
  if (link_ != nullptr) directory_.report({which, link_->handshake().address});
}

void connection_actor::check_room(const socket_state& joining, std::string_view room) {
  const server_limits& limits = directory_.options().limits;
  const char* wrong = nullptr;
  if (limits.room_name_bytes_max != 0 && room.size() > limits.room_name_bytes_max) {
    report_limit(limit::room_name_bytes);
    wrong = "the room's name is too long";
  } else if (limits.rooms_per_shard_max != 0 &&
             home_.count().rooms_opened.value() - home_.count().rooms_closed.value() >=
                 limits.rooms_per_shard_max &&
             !home_.table(joining.entry->index()).has_room(room)) {
    report_limit(limit::rooms_per_shard);
    wrong = "the server has too many rooms";
  }
  if (wrong == nullptr) return;
  home_.count().rooms_refused.add();
  throw std::length_error(wrong);
}

void connection_actor::refuse_event(socket_state& to, const packet& received) {
  using consequence = event_rate_limit::consequence;
  home_.count().events_refused.add();
  if (to.extra->rate->begins_to_exceed()) report_limit(limit::event_rate);
  if (directory_.options().limits.events.over == consequence::disconnect)
    return end(to, disconnect_reason::server_namespace_disconnect, true);
  const auto id = received.view().id;
  if (id) make_ack(to, id).send({*value::from_json("{\"error\":\"too many events\"}")});
}

}  // namespace troupe::actors
