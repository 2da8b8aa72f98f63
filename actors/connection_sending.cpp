#include <algorithm>

#include <troupe/actors/connection_actor.hpp>
#include <troupe/protocol/socketio/packet.hpp>

// The part of the connection actor that keeps in order and in step with the broadcasters.

namespace troupe::actors {

namespace socketio = protocol::socketio;
using phase = socket_state::phase;

origin connection_actor::depart(const namespace_entry& nsp) {
  const std::uint32_t epoch = home_.epoch(nsp.index());
  link_->pending.depart(nsp.index(), epoch);
  return {link_->id(), epoch};
}

void connection_actor::send(socket_state& to, protocol::frame_ptr frame, delivery how, bool last) {
  if (link_ == nullptr || transport_gone_) return;
  const bool would_overtake = link_->pending.has(to.entry->index());
  if (would_overtake) {
    tell(home_.broadcaster(*to.entry),
         direct{depart(*to.entry), std::move(frame), how, last, to.sid});
    return;
  }
  if (frame != nullptr) {
    link_->send(frame, how);
    home_.count().packets_sent.add();
  }
  if (last) {
    subscriber_table& table = home_.table(to.entry->index());
    if (actors::subscriber* who = table.find(to.sid)) table.remove(*who);
    tell(home_.broadcaster(*to.entry), unsubscribe{to.sid, link_->id()});
  }
}

void connection_actor::change_rooms_of(socket_state& who, std::string room, bool join) {
  const auto at = std::find(who.rooms.begin(), who.rooms.end(), room);
  if (join == (at != who.rooms.end())) return;
  if (join)
    who.rooms.push_back(room);
  else
    who.rooms.erase(at);
  // While it is connecting, the subscription carries its rooms.
  if (who.now != phase::connected || link_ == nullptr) return;
  tell_room_changed(who, room, join);
  tell(home_.broadcaster(*who.entry),
       change_rooms{depart(*who.entry), who.sid, {std::move(room)}, join});
}

// A broadcaster that died took with it what it had not handled. First of all, before anything else
// is sent to the one that took its place, that one is told what is lost and still wanted.
void connection_actor::catch_up() {
  if (replacements_seen_ == home_.replacements()) return;
  replacements_seen_ = home_.replacements();
  if (link_ == nullptr || transport_gone_) return;
  link_->pending.forget_lost([this](std::uint32_t nsp) { return home_.epoch(nsp); });
  link_->operation_returned();
  leave_lost();
  give_up_lost_claims();
  for (const auto& listed : sockets_)
    if (listed->now == phase::connected && listed->epoch != home_.epoch(listed->entry->index()))
      resubscribe(*listed);
  if (link_->closes_behind && link_->pending.empty()) link_->close();
}

// Sockets that ended and whose leaving was lost: it would have been under way.
void connection_actor::leave_lost() {
  for (std::size_t i = link_->memberships.size(); i > 0; --i) {
    actors::subscriber& who = *link_->memberships[i - 1];
    if (find(who.sid) != nullptr || link_->pending.has(who.nsp)) continue;
    const namespace_ptr entry = directory_.at(who.nsp);
    if (in_namespace(entry->name()) == nullptr)
      link_->send(directory_.encode().disconnect(entry->name()), {});
    tell(home_.broadcaster(*entry), unsubscribe{who.sid, link_->id()});
    home_.table(who.nsp).remove(who);
  }
}

void connection_actor::resubscribe(socket_state& member) {
  const namespace_entry& nsp = *member.entry;
  member.epoch = home_.epoch(nsp.index());
  const caf::actor& broadcaster = home_.broadcaster(nsp);
  const actors::subscriber* known = home_.table(nsp.index()).find(member.sid);
  if (known == nullptr) {
    // The reply to its CONNECT was lost as well.
    tell(broadcaster,
         subscribe{depart(nsp), member.sid, connect_reply(member), member.rooms, terms_of(member)});
    return;
  }
  std::vector<std::string> left;
  for (const auto& in : known->rooms)
    if (std::find(member.rooms.begin(), member.rooms.end(), in.joined->name) == member.rooms.end())
      left.push_back(in.joined->name);
  tell(broadcaster, change_rooms{depart(nsp), member.sid, std::move(left), false});
  tell(broadcaster, change_rooms{depart(nsp), member.sid, member.rooms, true});
}

}  // namespace troupe::actors
