#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <troupe/actors/counters.hpp>
#include <troupe/actors/link.hpp>
#include <troupe/protocol/prefetch.hpp>

namespace troupe::actors {

/// To whom a broadcast goes: the union of `rooms` (all if empty) less the union of `except`.
/// A socket's id is a room of its own.
struct target_set {
  std::vector<std::string> rooms;
  std::vector<std::string> except;

  /// Whether it means a socket of this id that is in `joined` (rooms besides its own id's).
  bool chooses(const std::string& sid, std::span<const std::string> joined) const noexcept {
    const auto names_it = [&](const std::vector<std::string>& names) {
      return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return name == sid || std::find(joined.begin(), joined.end(), name) != joined.end();
      });
    };
    return (rooms.empty() || names_it(rooms)) && !names_it(except);
  }
};

struct room;

/// One socket of this shard in one namespace.
struct subscriber {
  std::string sid;
  link* connection = nullptr;
  std::uint32_t nsp = 0;     ///< The namespace's index.
  std::size_t position = 0;  ///< In the table's list of all.
  std::uint64_t mark = 0;    ///< The last selection that visited it.
  struct membership {
    room* joined;
    std::size_t position;  ///< In the room's members.
  };
  std::vector<membership> rooms;

  bool is_in(std::string_view room_name) const noexcept;
};

struct room {
  std::string name;
  std::vector<subscriber*> members;
};

/// The sockets of one namespace that live on one shard, with their rooms: the shard's part of what
/// the broadcaster owns, changed in the broadcaster's order. Thread: the shard's.
class subscriber_table {
 public:
  subscriber_table(std::uint32_t nsp, counters& count) : nsp_(nsp), count_(count) {}
  ~subscriber_table();
  subscriber_table(const subscriber_table&) = delete;
  subscriber_table& operator=(const subscriber_table&) = delete;

  /// Adds a socket; the sid must be new.
  subscriber& add(std::string_view sid, link& connection);
  void remove(subscriber& who);
  subscriber* find(std::string_view sid) noexcept;
  void join(subscriber& who, std::string_view room_name);
  void leave(subscriber& who, std::string_view room_name);

  std::size_t size() const noexcept { return all_.size(); }
  bool has_room(std::string_view name) const { return rooms_.contains(name); }
  std::size_t room_count() const noexcept { return rooms_.size(); }
  const std::vector<subscriber*>& all() const noexcept { return all_; }

  /// Operations of the broadcaster's that were handled here and that it has not been told of.
  std::uint32_t operations_taken = 0;

  /// Visits every selected socket once. `targets` null: all. `visit` must not change the table.
  template <class Visit>
  void select(const target_set* targets, Visit visit) {
    if (targets == nullptr) {
      each(all_, visit);
      return;
    }
    ++selection_;
    for (const std::string& name : targets->except) mark(name);
    if (targets->rooms.empty()) {
      each(all_, [&](subscriber& who) {
        if (who.mark != selection_) visit(who);
      });
      return;
    }
    for (const std::string& name : targets->rooms) {
      if (subscriber* own = find(name); own != nullptr && own->mark != selection_) {
        own->mark = selection_;
        visit(*own);
      }
      if (room* found = find_room(name)) {
        each(found->members, [&](subscriber& who) {
          if (who.mark == selection_) return;
          who.mark = selection_;
          visit(who);
        });
      }
    }
  }

 private:
  // Two steps ahead of the visit: the subscriber, then its link. Of many, neither is in the caches.
  template <class Visit>
  static void each(const std::vector<subscriber*>& members, Visit visit) {
    constexpr std::size_t near = 4;
    constexpr std::size_t far = 8;
    for (std::size_t i = 0; i < std::min(far, members.size()); ++i) prefetch(&members[i]->mark);
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i + far < members.size()) prefetch(&members[i + far]->mark);
      if (i + near < members.size()) members[i + near]->connection->fetch();
      visit(*members[i]);
    }
  }
  void mark(std::string_view name);
  room* find_room(std::string_view name) noexcept;
  void drop_membership(subscriber& who, std::size_t index);

  std::uint32_t nsp_;
  counters& count_;
  std::uint64_t selection_ = 0;
  std::vector<subscriber*> all_;
  std::unordered_map<std::string_view, std::unique_ptr<subscriber>> by_sid_;  // Keys: their sid.
  std::unordered_map<std::string_view, std::unique_ptr<room>> rooms_;         // Keys: their name.
};

}  // namespace troupe::actors
