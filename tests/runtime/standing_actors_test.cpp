#include <tests/catch.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/connection_actor.hpp>
#include <troupe/actors/counters.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>

using namespace std::chrono_literals;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;

// What the standing actors meet: code of the user's that throws, deaths, shards that hang.

namespace {

bool has_line(const server_bench& bench, std::string_view part) {
  return std::any_of(bench.log().begin(), bench.log().end(),
                     [&](const std::string& line) { return line.find(part) != line.npos; });
}

}  // namespace

TEST_CASE(
    "an actor that cannot be made costs its client its connection, and nobody else anything") {
  with_seeds(60, [](std::uint64_t seed) {
    int made = 0;
    troupe::options user;
    user.client_actor = [&](caf::actor_system& system, troupe::actors::pinned_unit& unit,
                            troupe::actors::shard_context& shard) -> caf::actor {
      switch (++made) {
        case 2:
          throw std::runtime_error("no actor today");
        case 3:
          throw 42;
        case 4:
          return {};
        default:
          return troupe::actors::spawn_light<troupe::actors::connection_actor>(system, unit, shard);
      }
    };
    server_bench bench(seed, 1 + seed % 3, user);
    bench.io().on_connection([](troupe::socket&) {});
    std::vector<std::unique_ptr<bench_client>> clients;
    for (int i = 0; i < 5; ++i) {
      clients.push_back(std::make_unique<bench_client>(
          bench, (seed + static_cast<unsigned>(i)) % 2 == 0 ? over::polling : over::websocket));
      clients.back()->join();
      bench.run();
    }
    CHECK(bench.subscribers("/") == 2);
    CHECK(bench.sessions() == 2);
    CHECK(bench.counted(&counters::handlers_thrown) == 3);
    CHECK(has_line(bench, "no actor today"));
    caf::anon_send_exit(bench.broadcaster(), caf::exit_reason::kill);
    bench.run();
    bench.io().emit("still there");
    bench.run();
    CHECK(clients[0]->count("42[\"still there\"]") == 1);
    CHECK(clients[4]->count("42[\"still there\"]") == 1);
    for (const auto& one : clients) one->leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("a server whose transport dies on one shard ends, and says so") {
  with_seeds(100, [](std::uint64_t seed) {
    int connected = 0, ended = 0;
    const auto shards = static_cast<unsigned>(1 + seed % 3);
    server_bench bench(seed, shards);
    const troupe::nsp io = bench.io();
    io.on_connection([&, io](troupe::socket& socket) {
      ++connected;
      socket.on("say", [io] { io.emit("said"); });
      socket.on_disconnect([&](troupe::disconnect_reason) { ++ended; });
    });
    std::vector<std::unique_ptr<bench_client>> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<bench_client>(bench, over::websocket));
      clients.back()->join();
    }
    bench.run();
    for (const auto& one : clients) one->send("42[\"say\"]");
    bench.run_some(bench.random()() % 40);
    caf::anon_send_exit(bench.directory().arms[bench.random()() % shards], caf::exit_reason::kill);
    bench.run();
    for (const auto& one : clients) one->leave();
    bench.run();
    bench.advance(11s);
    REQUIRE(bench.is_stopped());
    CHECK(bench.has_failed());
    CHECK(connected == ended);
    CHECK(has_line(bench, "the server stops"));
  });
}

TEST_CASE("a death says what of") {
  server_bench bench(1);
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  troupe::actors::tell(bench.shard(0).find(client.sid)->actor(), troupe::actors::call{[](auto&) {
                         throw std::runtime_error("in the actor itself");
                       }});
  bench.run();
  CHECK(client.is_closed);
  CHECK(bench.counted(&counters::clients_died) == 1);
  CHECK(bench.server().stats().clients_died == 1);
  CHECK(has_line(bench, "in the actor itself"));
}

TEST_CASE("clients that leave have not died") {
  server_bench bench(1);
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  client.leave();
  bench.run();
  CHECK(bench.counted(&counters::clients_died) == 0);
}

TEST_CASE("a shard that hangs keeps the clients of others no longer than the close timeout") {
  troupe::options user;
  user.close_timeout = 3s;
  server_bench bench(1, 2, user);
  bench.of("/other");  // Its broadcaster is the second shard's.
  std::vector<std::unique_ptr<bench_client>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<bench_client>(bench, over::websocket));
    clients.back()->join();
  }
  bench.run();
  bench.world().stall(1, bench.now() + 1h);
  bench.server().close();
  bench.advance(2s);
  CHECK_FALSE(clients[0]->is_closed);
  CHECK_FALSE(clients[1]->is_closed);
  bench.advance(2s);
  CHECK(clients[0]->is_closed != clients[1]->is_closed);
  bench.world().heal();
  bench.run();
}

TEST_CASE("what room listeners and handlers of new namespaces throw is counted") {
  server_bench bench(1);
  bench.io().on_create_room([](const std::string&) { throw std::runtime_error("room"); });
  bench.server().on_new_namespace([](const troupe::nsp&) { throw 42; });
  bench.of("/new");
  CHECK(bench.server().stats().handlers_thrown == 1);
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  CHECK(bench.server().stats().handlers_thrown == 2);
}

TEST_CASE("what is told of a limit may throw") {
  troupe::options user;
  user.limits.sessions_max = 1;
  user.limits.connections_max = 3;
  user.limits.events = {.per_second = 1, .burst = 1};
  user.limits.on_reached = [](const troupe::limit_reached&) { throw std::runtime_error("told"); };
  server_bench bench(1, 1, user);
  bench.io().on_connection([](troupe::socket& socket) { socket.on("a", [] { return 7; }); });
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  for (int i = 0; i < 3; ++i) client.send("42" + std::to_string(i) + "[\"a\"]");
  bench.run();
  CHECK_FALSE(client.is_closed);
  CHECK(client.count("430[7]") == 1);
  CHECK(client.received_as("431[{\"error\"").size() == 1);
  bench_client second(bench, over::websocket);
  bench.run();
  CHECK(second.handshake_status == 503);
  std::vector<std::shared_ptr<troupe::harness::wire>> wires;
  for (int i = 0; i < 4; ++i) wires.push_back(bench.open_connection());
  bench.run();
  CHECK(wires.back()->is_closed);
  const auto stats = bench.server().stats();
  CHECK(stats.connections_refused > 0);
  CHECK(stats.handlers_thrown == 1 + stats.sessions_refused + stats.connections_refused);
}

TEST_CASE("emits that were refused stay counted when their namespace goes") {
  troupe::options user;
  user.emits_under_way_max = 2;
  user.cleanup_empty_child_namespaces = true;
  server_bench bench(1, 1, user);
  bench.directory().names().add_parent(
      {}, [](const std::string& name) { return name.starts_with("/room-"); });
  bench_client client(bench, over::websocket);
  client.join();
  client.join("/room-1");
  bench.run();
  for (int i = 0; i < 5; ++i) bench.of("/room-1").emit("n", i);
  CHECK(bench.server().stats().emits_refused == 3);
  bench.run();
  client.send("41/room-1,");
  bench.run();
  CHECK(bench.directory().find("/room-1") == nullptr);
  CHECK(bench.server().stats().emits_refused == 3);
}
