#include <algorithm>
#include <utility>

#include <troupe/actors/connection_actor.hpp>

// The part of the connection actor that does what somebody asks of a namespace's members.

namespace troupe::actors {

using phase = socket_state::phase;

void connection_actor::show(std::string_view sid, collection<std::vector<remote_socket>>& found) {
  const socket_state* shown = find(sid);
  if (shown == nullptr || shown->now != phase::connected || link_ == nullptr) return;
  remote_socket::picture seen{shown->sid, link_->handshake(), shown->auth, shown->facade.rooms(),
                              shown->data};
  const broadcast_operator everyone(directory_, shown->entry);
  found.bring([&](auto& sockets) { sockets.emplace_back(everyone, std::move(seen)); });
}

void connection_actor::send_away(std::string_view sid, bool close) {
  socket_state* leaving = find(sid);
  if (leaving == nullptr) return;
  if (close)
    end_all(disconnect_reason::server_namespace_disconnect, true);
  else
    end(*leaving, disconnect_reason::server_namespace_disconnect, true);
}

// The namespace has changed already. What this actor did itself meanwhile may have come there
// before or after that: where it has anything under way, it says once more what holds.
void connection_actor::rooms_changed(std::string_view sid, const std::vector<std::string>& rooms,
                                     bool join) {
  socket_state* changed = find(sid);
  if (changed == nullptr || changed->now != phase::connected || link_ == nullptr) return;
  const namespace_entry& nsp = *changed->entry;
  const bool is_settled = !link_->pending.has(nsp.index());
  const actors::subscriber* member = home_.table(nsp.index()).find(sid);
  for (const std::string& name : rooms) {
    if (name == sid) continue;
    const bool is_in = is_settled ? member != nullptr && member->is_in(name) : join;
    const auto at = std::find(changed->rooms.begin(), changed->rooms.end(), name);
    if (is_in != (at != changed->rooms.end())) {
      is_in ? changed->rooms.push_back(name) : static_cast<void>(changed->rooms.erase(at));
      tell_room_changed(*changed, name, is_in);
    }
    if (!is_settled)
      tell(home_.broadcaster(nsp), change_rooms{depart(nsp), changed->sid, {name}, join});
  }
}

}  // namespace troupe::actors
