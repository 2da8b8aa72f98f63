#include <algorithm>

#include <troupe/actors/connection_actor.hpp>

// The part of the connection actor that tells actors of the user's what its clients do.

namespace troupe::actors {

void connection_actor::tell_connected(socket_state& who) {
  for (const auto& to : who.shared->subscribers) {
    if (to->is_over()) continue;
    if (to->ignores_newcomers()) {
      who.more().unheard_by.push_back(to.get());
      home_.count().actor_messages_dropped.add();
    } else if (to->hears_connects()) {
      to->send(client_connected{who.entry->name(), who.sid, who.is_recovered});
    }
  }
  for (const std::string& room : who.rooms) tell_room_changed(who, room, true);
}

void connection_actor::tell_event(socket_state& from, const event& what) {
  const std::string name = what.name();
  for (const auto& to : from.shared->subscribers) {
    if (!is_heard(from, *to) || !to->wants_event(name)) continue;
    if (!to->wants_client_in(from.rooms) && !to->wants_room(from.sid)) continue;
    client_event message{from.entry->name(), from.sid, name, what.all(), what.reply()};
    if (to->pauses()) {
      ++link_->owed;
      to->send_and_tell(std::move(message), self());
    } else if (to->is_full()) {
      home_.count().actor_messages_dropped.add();
    } else {
      to->send(std::move(message));
    }
  }
}

void connection_actor::tell_room_changed(socket_state& who, const std::string& room, bool is_join) {
  for (const auto& to : who.shared->subscribers) {
    if (to->is_over() || !to->wants_room(room)) continue;
    if (to->is_full())
      home_.count().actor_messages_dropped.add();
    else if (is_join)
      to->send(client_joined{who.entry->name(), who.sid, room});
    else
      to->send(client_left{who.entry->name(), who.sid, room});
  }
}

void connection_actor::tell_disconnected(socket_state& ended, disconnect_reason reason,
                                         const std::vector<std::string>& rooms) {
  for (const std::string& room : rooms) tell_room_changed(ended, room, false);
  for (const auto& to : ended.shared->subscribers) {
    if (!is_heard(ended, *to) || !to->wanted().disconnects || !to->wanted().rooms.empty()) continue;
    // One that was told of the connect is told; the others may come and go without end.
    if (to->is_full() && !to->hears_connects() && !to->pauses())
      home_.count().actor_messages_dropped.add();
    else
      to->send(client_disconnected{ended.entry->name(), ended.sid, reason});
  }
}

bool connection_actor::is_heard(const socket_state& of, const subscription& by) noexcept {
  const auto& unheard = of.seen().unheard_by;
  return !by.is_over() && std::find(unheard.begin(), unheard.end(), &by) == unheard.end();
}

// Some actor has handled an event that it was to have before the client is read on.
void connection_actor::subscriber_took_one() {
  if (link_ == nullptr) return;
  --link_->owed;
  link_->operation_returned();
}

}  // namespace troupe::actors
