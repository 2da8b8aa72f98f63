#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include <troupe/actors/broadcaster.hpp>
#include <troupe/actors/shard_context.hpp>

// The part of the broadcaster that knows who is in the namespace, and in its rooms.

namespace troupe::actors {

namespace {

template <class Handlers, class... Words>
void call_each(const directory& shared, counters& count, const Handlers& handlers,
               const Words&... words) {
  for (const auto& handler : handlers) {
    try {
      handler(words...);
      continue;
    } catch (const std::exception& thrown) {
      shared.log(log_level::error, std::string("room listener threw: ") + thrown.what());
    } catch (...) {
      shared.log(log_level::error, "room listener threw");
    }
    count.handlers_thrown.add();
  }
}

}  // namespace

void broadcaster::change_rooms_of(const std::string& sid, member_entry& who,
                                  const member_operation& message) {
  change_rooms made{message.from, sid, {}, message.what == member_operation::kind::join};
  for (const std::string& name : message.rooms) {
    if (!made.join) {
      exit(sid, who, name);
    } else if (name != sid && who.rooms.size() < directory_.options().rooms_per_socket_max) {
      enter(sid, who, name);
    } else {
      continue;
    }
    made.rooms.push_back(name);
  }
  if (recovery_ != nullptr) recovery_->rooms_changed(made);
}

void broadcaster::handle(const resubscribe& message) {
  // Nobody comes or goes: it only learns who is there.
  const auto listeners = std::exchange(listeners_, nullptr);
  unheard_[message.shard] = false;
  for (const member& listed : message.members) {
    const auto [place, added] = subscribers_.emplace(listed.sid, member_entry{listed.link, {}});
    if (!added) continue;
    ++members_[message.shard];
    for (const std::string& name : listed.rooms) enter(listed.sid, place->second, name);
  }
  listeners_ = listeners;
}

void broadcaster::remove(const std::string& sid, const link_id& from) {
  const auto found = subscribers_.find(sid);
  if (found == subscribers_.end() || !(found->second.link == from)) return;
  const auto rooms = found->second.rooms;
  for (const std::string& name : rooms) exit(sid, found->second, name);
  if (listeners_ != nullptr) tell_left(sid, sid, true);
  --members_[found->second.link.shard];
  if (found->second.has_pid) --known_members_;
  subscribers_.erase(found);
}

void broadcaster::enter(const std::string& sid, member_entry& who, const std::string& room_name) {
  if (std::find(who.rooms.begin(), who.rooms.end(), room_name) != who.rooms.end()) return;
  who.rooms.push_back(room_name);
  const auto [entry, is_new] = rooms_.try_emplace(room_name);
  entry->second.members.resize(members_.size());
  ++entry->second.members[who.link.shard];
  if (listeners_ != nullptr) tell_joined(room_name, sid, is_new);
}

void broadcaster::exit(const std::string& sid, member_entry& who, const std::string& room_name) {
  const auto left = std::find(who.rooms.begin(), who.rooms.end(), room_name);
  if (left == who.rooms.end()) return;
  const auto entry = rooms_.find(*left);
  --entry->second.members[who.link.shard];
  const auto& counts = entry->second.members;
  const bool is_last =
      std::all_of(counts.begin(), counts.end(), [](auto count) { return count == 0; });
  if (is_last) rooms_.erase(entry);
  who.rooms.erase(left);
  if (listeners_ != nullptr) tell_left(room_name, sid, is_last);
}

void broadcaster::tell_joined(const std::string& room, const std::string& sid,
                              bool is_first) const {
  const auto kept = listeners_;
  if (is_first) call_each(directory_, counts(), kept->created, room);
  call_each(directory_, counts(), kept->joined, room, sid);
}

void broadcaster::tell_left(const std::string& room, const std::string& sid, bool is_last) const {
  const auto kept = listeners_;
  call_each(directory_, counts(), kept->left, room, sid);
  if (is_last) call_each(directory_, counts(), kept->deleted, room);
}

void broadcaster::add_receivers(const std::string& room_name, std::vector<bool>& shards) const {
  if (const auto own = subscribers_.find(room_name); own != subscribers_.end())
    shards[own->second.link.shard] = true;
  const auto found = rooms_.find(room_name);
  if (found == rooms_.end()) return;
  for (std::size_t shard = 0; shard < shards.size(); ++shard)
    if (found->second.members[shard] != 0) shards[shard] = true;
}

}  // namespace troupe::actors
