#include <tests/catch.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::disconnect_reason;
using troupe::engine_packet;
using troupe::engine_session;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

namespace {

/// A server whose engine hands its sessions to `on_session`.
struct engine_bench {
  engine_bench(std::uint64_t seed, unsigned shards, std::function<void(engine_session&)> on_session)
      : bench(seed, shards, listening(std::move(on_session))) {}

  troupe::options listening(std::function<void(engine_session&)> on_session) {
    troupe::options user;
    // The last moment at which listeners can be added.
    user.on_listening = [this, on_session](std::uint16_t) {
      bench.server().engine().on_connection(on_session);
    };
    return user;
  }
  server_bench bench;
};

bool is_event(const engine_packet& packet, std::string_view start) {
  return packet.type == "message" && packet.data.substr(0, start.size()) == start;
}

}  // namespace

TEST_CASE("a listener that closes sessions does not disturb the broadcast that it hears of") {
  with_seeds(40, [](std::uint64_t seed) {
    std::vector<engine_session*> sessions;
    const std::size_t closer = seed % 3, closed = seed / 3 % 3;
    engine_bench all(seed, 1, [&](engine_session& conn) {
      const std::size_t index = sessions.size();
      sessions.push_back(&conn);
      conn.on_packet_create([&, index](const engine_packet& packet) {
        if (index == closer && is_event(packet, "2[\"last\"")) sessions[closed]->close();
      });
    });
    bench_client a(all.bench, over::websocket);
    all.bench.run();
    bench_client b(all.bench, over::websocket);
    all.bench.run();
    bench_client c(all.bench, over::websocket);
    all.bench.run();
    REQUIRE(sessions.size() == 3);
    bench_client* const clients[] = {&a, &b, &c};
    for (bench_client* one : clients) one->join();
    all.bench.run();
    if (seed % 2 == 0)
      all.bench.io().emit("last");
    else
      all.bench.io().except("nobody").emit("last");
    all.bench.run();
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(clients[i]->count("42[\"last\"]") == 1);
      CHECK(clients[i]->is_closed == (i == closed));
    }
    CHECK(all.bench.subscribers("/") == 2);
    for (bench_client* one : clients) one->leave();
    all.bench.run();
    all.bench.check_nothing_left();
  });
}

TEST_CASE("a socket may be used in listeners of its session") {
  with_seeds(60, [](std::uint64_t seed) {
    strings told;
    server_bench bench(seed, 1 + seed % 3);
    bench.io().on_connection([&](troupe::socket& socket) {
      engine_session& conn = socket.conn();
      conn.on_upgrade([&] {
        socket.emit("upgraded", socket.conn().transport());
        socket.join("room");
      });
      conn.on_packet([&](const engine_packet& packet) {
        if (is_event(packet, "2[\"a\"")) told.push_back("packet " + std::string(packet.data));
      });
      conn.on_close([&](disconnect_reason reason) {
        CHECK(socket.rooms().contains("room"));
        told.push_back("close " + std::string(name_of(reason)));
      });
      socket.on("a", [&] { told.push_back("handled"); });
      socket.on_disconnect([&](disconnect_reason) { told.push_back("disconnected"); });
    });
    bench_client client(bench, over::polling);
    client.join();
    bench.run();
    client.upgrade();
    bench.run();
    CHECK(client.count("42[\"upgraded\",\"websocket\"]") == 1);
    CHECK(bench.world().rooms_of("/", client.id_in()).size() == 1);
    client.send("42[\"a\"]");
    bench.run();
    client.vanish();
    bench.run();
    CHECK(told == strings{"packet 2[\"a\"]", "handled", "close transport error", "disconnected"});
    bench.check_nothing_left();
  });
}

TEST_CASE("listeners that a socket added to its session go with it") {
  with_seeds(60, [](std::uint64_t seed) {
    int upgraded = 0, closed = 0;
    server_bench bench(seed, 1 + seed % 3);
    for (const char* name : {"/", "/other"})
      bench.of(name).on_connection([&](troupe::socket& socket) {
        socket.conn()
            .on_upgrade([&] {
              ++upgraded;
              socket.emit("upgraded");
            })
            .on_close([&](disconnect_reason) { ++closed; });
      });
    bench_client client(bench, over::polling);
    for (int i = 0; i < 5; ++i) {
      client.join();
      client.send("41");
    }
    client.join("/other");
    bench.run();
    client.upgrade();
    bench.run();
    CHECK(upgraded == 1);
    CHECK(client.count("42/other,[\"upgraded\"]") == 1);
    client.leave();
    bench.run();
    CHECK(closed == 1);
    bench.check_nothing_left();
  });
}

TEST_CASE("a socket's listener of its session that throws ends the socket") {
  server_bench bench(1);
  bench.of("/calm");
  bench.io().on_connection([&](troupe::socket& socket) {
    socket.conn().on_upgrade([] { throw std::runtime_error("upgrade"); });
  });
  bench_client client(bench, over::polling);
  client.join();
  client.join("/calm");
  bench.run();
  client.upgrade();
  bench.run();
  CHECK(client.count("41") == 1);
  CHECK_FALSE(client.is_closed);
  CHECK(bench.counted(&counters::handlers_thrown) == 1);
}

TEST_CASE("calls that wait for a socket because of its session are bounded") {
  troupe::options user;
  server_bench bench(1, 1, user);
  std::size_t told = 0;
  bench.io().on_connection([&](troupe::socket& socket) {
    socket.conn().on_packet([&](const engine_packet& packet) { told += packet.type == "pong"; });
  });
  bench_client client(bench, over::polling);
  client.join();
  bench.run();
  std::string pongs = "3";
  for (int i = 1; i < 5000; ++i)
    pongs +=
        "\x1e"
        "3";
  client.post_beside(pongs);
  bench.run();
  const auto dropped = bench.counted(&counters::session_calls_dropped);
  CHECK(dropped > 0);
  CHECK(told + dropped == 5000);
  CHECK(bench.server().stats().session_calls_dropped == dropped);
  CHECK_FALSE(client.is_closed);
}

TEST_CASE("a socket that is used outside its client's handlers says so") {
  server_bench bench(1);
  troupe::socket* kept = nullptr;
  bench.io().on_connection([&](troupe::socket& socket) { kept = &socket; });
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  REQUIRE(kept != nullptr);
  CHECK_THROWS_AS(kept->emit("a"), std::logic_error);
  CHECK_THROWS_AS(kept->join("a"), std::logic_error);
  CHECK_THROWS_AS(kept->leave("a"), std::logic_error);
  CHECK_THROWS_AS(kept->disconnect(), std::logic_error);
  CHECK_THROWS_AS(kept->on("a", [] {}), std::logic_error);
  CHECK_THROWS_AS(kept->on_disconnect([](disconnect_reason) {}), std::logic_error);
  kept->executor().post([&] { kept->emit("a"); });
  bench.run();
  CHECK(client.count("42[\"a\"]") == 1);
}
