#include <tests/catch.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::broadcast_ack_result;
using troupe::remote_socket;
using troupe::testing::bench_client;
using troupe::testing::joined;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using clients = std::vector<std::unique_ptr<bench_client>>;

namespace {

/// Rooms by socket as the shards' tables have them, own ids left out.
std::map<std::string, std::set<std::string>> tables(server_bench& bench, unsigned shards) {
  std::map<std::string, std::set<std::string>> all;
  for (unsigned i = 0; i < shards; ++i)
    for (const auto* who : bench.shard(i).table(0).all()) {
      auto& rooms = all[who->sid];
      for (const auto& in : who->rooms) rooms.insert(in.joined->name);
    }
  return all;
}

/// The same as the sockets themselves have them.
std::map<std::string, std::set<std::string>> fetched(server_bench& bench) {
  std::map<std::string, std::set<std::string>> all;
  int answers = 0;
  bench.io().fetch_sockets([&](const std::vector<remote_socket>& found) {
    ++answers;
    for (const remote_socket& one : found) {
      all[one.id()] = one.rooms();
      CHECK(all[one.id()].erase(one.id()) == 1);
    }
  });
  bench.run();
  CHECK(answers == 1);
  return all;
}

void kill(const caf::actor& who) {
  caf::anon_send_exit(who, caf::exit_reason::kill);
}

}  // namespace

TEST_CASE("sockets and their namespace agree on rooms, whoever changed them and when") {
  with_seeds(150, [](std::uint64_t seed) {
    const unsigned shards = 1 + seed % 3;
    troupe::options user;
    user.rooms_per_socket_max = 3;
    user.broadcaster_restarts_max = 1000;
    server_bench bench(seed, shards, user);
    auto& random = bench.random();
    const auto room = [&] { return "r" + std::to_string(random() % 4); };
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.on("act", [&] {
        switch (random() % 4) {
          case 0:
            try {
              socket.join({room(), room()});
            } catch (const std::length_error&) {
            }
            return;
          case 1:
            return socket.leave(room());
          case 2:
            bench.io().except(room()).sockets_join(room());
            return;
          default:
            bench.io().in(room()).sockets_leave({room(), room()});
        }
      });
    });
    const auto all = joined(bench, 6);
    for (int i = 0; i < 60; ++i) {
      all[random() % all.size()]->send("42[\"act\"]");
      if (random() % 5 == 0) bench.io().sockets_join(room());
      if (random() % 5 == 0) bench.io().sockets_leave(room());
      if (seed % 5 == 0 && random() % 20 == 0) kill(bench.broadcaster());
      bench.run_some(random() % 40);
    }
    bench.run();
    CHECK(fetched(bench) == tables(bench, shards));
    CHECK(fetched(bench).size() == all.size());
    // What a socket and others join at the same time may pass the bound once.
    for (const auto& [sid, rooms] : fetched(bench)) CHECK(rooms.size() <= 4);
    for (const auto& one : all) one->leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("a broadcast's acks are gathered once, also when clients and broadcasters are lost") {
  with_seeds(150, [](std::uint64_t seed) {
    std::map<int, int> answered;
    std::size_t responses = 0;
    troupe::options user;
    user.broadcaster_restarts_max = 1000;
    server_bench bench(seed, 1 + seed % 3, user);
    auto& random = bench.random();
    int asked = 0;
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.on("ask", [&] {
        bench.io().timeout(2s).emit("q", [&, n = asked++](const broadcast_ack_result& result) {
          ++answered[n];
          responses += result.responses.size();
        });
      });
    });
    auto all = joined(bench, 5);
    int outside = 0, outside_answered = 0;
    for (int i = 0; i < 20; ++i) {
      if (random() % 3 == 0) {
        ++outside;
        bench.io().timeout(1s).emit("q", [&](const broadcast_ack_result& result) {
          ++outside_answered;
          if (result.responses.size() < all.size()) CHECK((result.error || seed % 2 == 0));
        });
      }
      all[random() % all.size()]->send("42[\"ask\"]");
      bench.run_some(random() % 60);
      for (auto& one : all)
        for (const std::string& packet : one->received_as("42"))
          if (packet.find("[\"q\"]") != packet.npos && random() % 2 == 0)
            one->send("43" + packet.substr(0, packet.find('[')) + "[" + std::to_string(i) + "]");
      if (seed % 2 == 0 && random() % 10 == 0) all[random() % all.size()]->vanish();
      if (seed % 3 == 0 && random() % 10 == 0) kill(bench.broadcaster());
    }
    bench.run();
    bench.advance(5s);
    CHECK(outside_answered == outside);
    for (const auto& [n, times] : answered) CHECK(times == 1);
    if (seed % 2 != 0) CHECK(answered.size() == static_cast<std::size_t>(asked));
    for (unsigned i = 0; i < 1 + seed % 3; ++i) CHECK(bench.shard(i).acks().size() == 0);
    for (const auto& one : all) one->leave();
    // One that vanished between two polls is missed when it does not answer a ping.
    bench.advance(1min);
    bench.check_nothing_left();
  });
}

TEST_CASE("a server on its own has no other servers to emit to") {
  server_bench bench(1, 1, {});
  auto all = joined(bench, 3);
  int answers = 0;
  bench.io().server_side_emit("hello", 1, "two", [&](const broadcast_ack_result& result) {
    CHECK(!result.error);
    CHECK(result.responses.empty());
    ++answers;
  });
  bench.io().server_side_emit("hello");
  CHECK(bench.io().server_side_emit_with_ack("hello").get().responses.empty());
  CHECK(answers == 1);
  for (const char* reserved : {"connect", "connection", "new_namespace"})
    CHECK_THROWS_AS(bench.io().server_side_emit(reserved), std::invalid_argument);
  bench.run();
  for (const auto& one : all) CHECK(one->received_as("42").empty());
}

TEST_CASE("sockets that are sent away get nothing that is emitted behind it") {
  with_seeds(60, [](std::uint64_t seed) {
    server_bench bench(seed, 1 + seed % 3);
    int ended = 0;
    bench.io().on_connection([&](troupe::socket& socket) {
      if (!socket.handshake().auth.at("in").as_bool().value_or(false)) return;
      socket.join("r");
      socket.on_disconnecting([&](troupe::disconnect_reason reason) {
        CHECK(reason == troupe::disconnect_reason::server_namespace_disconnect);
        CHECK(socket.rooms().contains("r"));
      });
      socket.on_disconnect([&](troupe::disconnect_reason) {
        ++ended;
        CHECK(socket.rooms().empty());
      });
    });
    clients all;
    for (int i = 0; i < 6; ++i) {
      all.push_back(std::make_unique<bench_client>(bench, over::websocket));
      all.back()->join("/", i % 2 == 0 ? "{\"in\":true}" : "{}");
    }
    bench.run();
    bench.io().emit("before");
    bench.io().in("r").disconnect_sockets(seed % 2 == 0);
    bench.io().emit("after");
    bench.run();
    for (std::size_t i = 0; i < all.size(); ++i) {
      CHECK(all[i]->count("42[\"before\"]") == 1);
      CHECK(all[i]->count("42[\"after\"]") == i % 2);
      CHECK(all[i]->count("41") == 1 - i % 2);
      CHECK(all[i]->is_closed == (seed % 2 == 0 && i % 2 == 0));
    }
    CHECK(ended == 3);
    for (auto& one : all) one->leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("what was emitted into any namespace before the end is delivered") {
  with_seeds(60, [](std::uint64_t seed) {
    const unsigned shards = 1 + seed % 4;
    server_bench bench(seed, shards);
    for (const char* name : {"/a", "/b", "/c"}) bench.of(name);
    std::vector<clients> all(3);
    const char* names[] = {"/a", "/b", "/c"};
    for (std::size_t n = 0; n < 9; ++n) {
      all[n / 3].push_back(std::make_unique<bench_client>(bench, over::websocket));
      all[n / 3].back()->join(names[n / 3]);
    }
    bench.run();
    for (const char* name : {"/a", "/b", "/c"})
      for (int i = 0; i < 3; ++i) bench.of(name).emit("bye", i);
    if (seed % 5 == 0) kill(bench.broadcaster("/"));
    bench.stop();
    CHECK(bench.is_stopped());
    for (std::size_t n = 0; n < 3; ++n)
      for (const auto& one : all[n])
        for (int i = 0; i < 3; ++i)
          CHECK(one->count("42" + std::string(names[n]) + ",[\"bye\"," + std::to_string(i) + "]") ==
                1);
  });
}
