#include <algorithm>
#include <stdexcept>

#include <troupe/actors/messages.hpp>
#include <troupe/harness/simulation.hpp>
#include <troupe/runtime/shard.hpp>

// What a simulation looks like from outside.

namespace troupe::harness {

const simulator::parts& simulation::current() const {
  if (servers_.empty()) throw std::logic_error("no server is in this simulation");
  return servers_.back();
}

std::size_t simulation::longest_queue() const {
  std::size_t longest = 0;
  for (const runtime::shard* one : current().shards)
    longest = std::max(longest, one->longest_queue());
  return longest;
}

std::uint64_t simulation::counted(actors::counter actors::counters::*which) const {
  std::uint64_t sum = 0;
  for (const runtime::shard* one : current().shards) sum += (one->count().*which).value();
  return sum;
}

std::size_t simulation::subscribers(std::string_view name) const {
  const auto nsp = current().shared->find(name);
  std::size_t sum = 0;
  for (runtime::shard* one : current().shards)
    if (nsp != nullptr) sum += one->table(nsp->index()).size();
  return sum;
}

std::set<std::string> simulation::rooms_of(std::string_view name, std::string_view sid) const {
  std::set<std::string> rooms;
  const auto nsp = current().shared->find(name);
  if (nsp == nullptr) return rooms;
  for (runtime::shard* one : current().shards)
    if (const actors::subscriber* who = one->table(nsp->index()).find(sid))
      for (const auto& in : who->rooms) rooms.insert(in.joined->name);
  return rooms;
}

std::size_t simulation::sessions() const {
  std::size_t sum = 0;
  for (const runtime::shard* one : current().shards) sum += one->session_count();
  return sum;
}

std::vector<std::string> simulation::left_over() {
  using actors::counters;
  std::vector<std::string> left;
  const auto expect = [&](bool holds, std::string_view what) {
    if (!holds) left.emplace_back(what);
  };
  for (const runtime::shard* one : current().shards) {
    for (const auto& table : one->tables())
      expect(table == nullptr || (table->size() == 0 && table->room_count() == 0),
             "a subscriber or a room in a shard's table");
    expect(one->session_count() == 0, "a session");
    expect(one->peer_count() == 0, "an HTTP connection");
    expect(one->dirty_count() == 0, "a queue that is not written");
    expect(one->next_deadline() == time_point::max(), "a deadline");
  }
  expect(counted(&counters::sessions_opened) == counted(&counters::sessions_closed),
         "a session, by the counters");
  expect(counted(&counters::sockets_connected) == counted(&counters::sockets_disconnected),
         "a socket, by the counters");
  expect(counted(&counters::rooms_opened) == counted(&counters::rooms_closed),
         "a room, by the counters");
  // A broadcaster that knows no member tells no shard.
  for (const auto& nsp : directory().all()) {
    const std::size_t before = messages_;
    actors::tell(nsp->broadcaster(), actors::publish{{}, "probe", {}, nullptr, {}});
    run();
    expect(messages_ == before + 1, "a member that a broadcaster knows");
  }
  return left;
}

}  // namespace troupe::harness
