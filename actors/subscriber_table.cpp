#include <troupe/actors/subscriber_table.hpp>

#include <algorithm>

#include <troupe/protocol/assert.hpp>

namespace troupe::actors {

bool subscriber::is_in(std::string_view room_name) const noexcept {
  return std::any_of(rooms.begin(), rooms.end(),
                     [&](const membership& in) { return in.joined->name == room_name; });
}

subscriber_table::~subscriber_table() {
  while (!all_.empty()) remove(*all_.back());
}

subscriber& subscriber_table::add(std::string_view sid, link& connection) {
  auto added = std::make_unique<subscriber>();
  subscriber& who = *added;
  who.sid = std::string(sid);  // Without room to spare.
  who.connection = &connection;
  who.nsp = nsp_;
  who.position = all_.size();
  const bool is_new = by_sid_.emplace(who.sid, std::move(added)).second;
  TROUPE_ASSERT(is_new);
  all_.push_back(&who);
  connection.memberships.push_back(&who);
  return who;
}

void subscriber_table::remove(subscriber& who) {
  while (!who.rooms.empty()) drop_membership(who, who.rooms.size() - 1);
  std::erase(who.connection->memberships, &who);
  all_.back()->position = who.position;
  all_[who.position] = all_.back();
  all_.pop_back();
  by_sid_.erase(by_sid_.find(who.sid));
}

subscriber* subscriber_table::find(std::string_view sid) noexcept {
  const auto found = by_sid_.find(sid);
  return found == by_sid_.end() ? nullptr : found->second.get();
}

room* subscriber_table::find_room(std::string_view name) noexcept {
  const auto found = rooms_.find(name);
  return found == rooms_.end() ? nullptr : found->second.get();
}

void subscriber_table::join(subscriber& who, std::string_view room_name) {
  if (room_name == who.sid) return;
  if (who.is_in(room_name)) return;
  room* joined = find_room(room_name);
  if (joined == nullptr) {
    auto added = std::make_unique<room>();
    joined = added.get();
    joined->name = room_name;
    rooms_.emplace(joined->name, std::move(added));
    count_.rooms_opened.add();
  }
  who.rooms.push_back({joined, joined->members.size()});
  joined->members.push_back(&who);
}

void subscriber_table::leave(subscriber& who, std::string_view room_name) {
  for (std::size_t i = 0; i < who.rooms.size(); ++i) {
    if (who.rooms[i].joined->name != room_name) continue;
    drop_membership(who, i);
    return;
  }
}

void subscriber_table::drop_membership(subscriber& who, std::size_t index) {
  const auto [left, position] = who.rooms[index];
  subscriber& moved = *left->members.back();
  // The last member takes the free place; its own note of the place follows.
  for (auto& membership : moved.rooms)
    if (membership.joined == left) membership.position = position;
  left->members[position] = &moved;
  left->members.pop_back();
  who.rooms[index] = who.rooms.back();
  who.rooms.pop_back();
  if (!left->members.empty()) return;
  rooms_.erase(rooms_.find(left->name));
  count_.rooms_closed.add();
}

void subscriber_table::mark(std::string_view name) {
  if (subscriber* own = find(name)) own->mark = selection_;
  if (room* found = find_room(name))
    for (subscriber* who : found->members) who->mark = selection_;
}

}  // namespace troupe::actors
