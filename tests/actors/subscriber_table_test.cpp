#include <tests/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <tests/actors/idle_link.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/subscriber_table.hpp>

using namespace troupe::actors;
using troupe::actors::testing::idle_link;

namespace {

std::vector<std::string> selected(subscriber_table& table, const target_set* targets) {
  std::vector<std::string> sids;
  table.select(targets, [&](subscriber& who) { sids.push_back(who.sid); });
  std::sort(sids.begin(), sids.end());
  return sids;
}

using model = std::map<std::string, std::set<std::string>>;  // Rooms by sid, the own one included.

std::vector<std::string> selected(const model& from, const target_set* targets) {
  const auto is_in = [](const std::set<std::string>& rooms, const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return rooms.contains(name); });
  };
  std::vector<std::string> sids;
  for (const auto& [sid, rooms] : from)
    if (targets == nullptr || ((targets->rooms.empty() || is_in(rooms, targets->rooms)) &&
                               !is_in(rooms, targets->except)))
      sids.push_back(sid);
  return sids;
}

}  // namespace

TEST_CASE("a socket in several of the rooms is selected once") {
  counters count;
  idle_link a, b;
  subscriber_table table(3, count);
  subscriber& first = table.add("a", a);
  table.add("b", b);
  table.join(first, "x");
  table.join(first, "y");
  CHECK(first.nsp == 3);
  const target_set both{{"x", "y", "a"}, {}};
  CHECK(selected(table, &both) == std::vector<std::string>{"a"});
  const target_set none{{"x", "y"}, {"a"}};
  CHECK(selected(table, &none).empty());
  const target_set unknown{{"nobody"}, {}};
  CHECK(selected(table, &unknown).empty());
}

TEST_CASE("a room is gone with its last member") {
  counters count;
  idle_link a, b;
  subscriber_table table(0, count);
  subscriber& first = table.add("a", a);
  subscriber& second = table.add("b", b);
  table.join(first, "x");
  table.join(second, "x");
  table.leave(first, "x");
  table.leave(first, "x");
  CHECK(table.room_count() == 1);
  table.remove(second);
  CHECK(table.room_count() == 0);
  CHECK(count.rooms_opened.value() == 1);
  CHECK(count.rooms_closed.value() == 1);
  CHECK(b.memberships.empty());
}

TEST_CASE("a socket's own id is no room that it could leave") {
  counters count;
  idle_link a;
  subscriber_table table(0, count);
  subscriber& who = table.add("a", a);
  table.join(who, "a");
  CHECK(table.room_count() == 0);
  table.leave(who, "a");
  const target_set own{{"a"}, {}};
  CHECK(selected(table, &own).size() == 1);
}

TEST_CASE("a room may bear another socket's id") {
  counters count;
  idle_link a, b;
  subscriber_table table(0, count);
  table.add("a", a);
  subscriber& second = table.add("b", b);
  table.join(second, "a");
  const target_set either{{"a"}, {}};
  CHECK(selected(table, &either) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a table that goes takes its sockets off their links") {
  counters count;
  idle_link a;
  {
    subscriber_table table(0, count);
    table.join(table.add("a", a), "x");
    table.add("a2", a);
    CHECK(a.memberships.size() == 2);
  }
  CHECK(a.memberships.empty());
  CHECK(count.rooms_closed.value() == 1);
}

TEST_CASE("a subscriber table selects what a plain model selects") {
  troupe::testing::with_seeds(200, [](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    counters count;
    std::vector<idle_link> links(4);
    subscriber_table table(0, count);
    model plain;
    const auto name = [&] { return "n" + std::to_string(random() % 8); };
    const auto room = [&] {
      return random() % 6 == 0 ? name() : "r" + std::to_string(random() % 5);
    };
    for (int step = 0; step < 200; ++step) {
      const std::string sid = name();
      subscriber* who = table.find(sid);
      REQUIRE((who != nullptr) == plain.contains(sid));
      const std::string where = room();
      if (who == nullptr) {
        table.add(sid, links[random() % links.size()]);
        plain[sid] = {sid};
      } else if (const auto drawn = random() % 8; drawn == 0) {
        table.remove(*who);
        plain.erase(sid);
      } else if (drawn < 5) {
        table.join(*who, where);
        plain[sid].insert(where);
      } else {
        table.leave(*who, where);
        if (where != sid) plain[sid].erase(where);
      }
      REQUIRE(table.size() == plain.size());
      target_set targets;
      for (auto left = random() % 3; left > 0; --left) targets.rooms.push_back(room());
      for (auto left = random() % 3; left > 0; --left) targets.except.push_back(room());
      REQUIRE(selected(table, &targets) == selected(plain, &targets));
      REQUIRE(selected(table, nullptr) == selected(plain, nullptr));
      std::set<std::string> rooms;
      for (const auto& [owner, in] : plain)
        for (const std::string& one : in)
          if (one != owner) rooms.insert(one);
      REQUIRE(table.room_count() == rooms.size());
      REQUIRE(count.rooms_opened.value() - count.rooms_closed.value() == rooms.size());
    }
    while (table.size() != 0) table.remove(*table.all().front());
    REQUIRE(table.room_count() == 0);
    for (const idle_link& each : links) REQUIRE(each.memberships.empty());
  });
}
