#include <tests/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/connection_actor.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

TEST_CASE("a client that a middleware never answers is closed at the connect timeout") {
  with_seeds(20, [](std::uint64_t seed) {
    std::vector<troupe::next> kept;
    server_bench bench(seed, 2);
    bench.io().use([&](troupe::socket&, troupe::next next) { kept.push_back(next); });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    client.send("42[\"a\"]");
    bench.advance(44s);
    CHECK_FALSE(client.is_closed);
    bench.advance(1s);
    CHECK(client.is_closed);
    client.leave();
    bench.run();
    bench.check_nothing_left();
    kept.front()();  // Nobody is there any more.
    bench.run();
  });
}

TEST_CASE("a client that waits for one namespace of several is refused there at the timeout") {
  with_seeds(60, [](std::uint64_t seed) {
    troupe::options user;
    user.events_in_flight_max = 4;
    std::vector<troupe::next> kept;
    server_bench bench(seed, 2, user);
    bench.of("/slow").use([&](troupe::socket&, troupe::next next) { kept.push_back(next); });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    client.join("/slow");
    for (int i = 0; i < 20; ++i) client.send("42/slow,[\"held\"]");
    bench.run();
    CHECK(kept.size() == 1);
    if (seed % 3 == 0) {
      bench.advance(45s);
      CHECK(client.received_as("44") == strings{"/slow,{\"message\":\"timed out\"}"});
      CHECK_FALSE(client.is_closed);
      client.leave();
    }
    if (seed % 3 == 1) client.leave();
    if (seed % 3 == 2) client.vanish();
    bench.run();
    bench.advance(90s);
    bench.check_nothing_left();
  });
}

TEST_CASE("a client that never joins a namespace is closed at the connect timeout") {
  server_bench bench(1);
  bench_client client(bench, over::websocket), joined(bench, over::websocket);
  joined.join();
  bench.advance(45s);
  CHECK(client.is_closed);
  CHECK_FALSE(joined.is_closed);
}

TEST_CASE("a socket may disconnect itself within its connect handler") {
  with_seeds(100, [](std::uint64_t seed) {
    const bool closes = seed % 4 < 2;
    int ended = 0, second = 0, events = 0;
    server_bench bench(seed, 1 + seed % 2);
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.on("a", [&] { ++events; });
      socket.on_disconnect([&](troupe::disconnect_reason why) {
        CHECK(why == troupe::disconnect_reason::server_namespace_disconnect);
        ++ended;
      });
      socket.emit("last words");
      socket.disconnect(closes);
      CHECK_FALSE(socket.connected());
    });
    bench.io().on_connection([&](troupe::socket&) { ++second; });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    bench.run();
    CHECK(ended == 1);
    CHECK(second == 0);
    REQUIRE(client.received_as("4").size() == 3);
    CHECK(client.received_as("4")[0].starts_with("0{\"sid\""));
    CHECK(client.received_as("4")[1] == "2[\"last words\"]");
    CHECK(client.received_as("4")[2] == "1");
    CHECK(client.is_closed == closes);
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("a middleware may disconnect the client it was asked about") {
  with_seeds(100, [](std::uint64_t seed) {
    const bool closes = seed % 4 < 2;
    int connected = 0, ended = 0;
    server_bench bench(seed, 1 + seed % 2);
    bench.of("/other").on_connection([&](troupe::socket& socket) {
      socket.on_disconnect([&](troupe::disconnect_reason) { ++ended; });
    });
    bench.io().use([&](troupe::socket& socket, troupe::next next) {
      socket.disconnect(closes);
      next();
    });
    bench.io().on_connection([&](troupe::socket&) { ++connected; });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join("/other");
    client.join();
    bench.run();
    CHECK(connected == 0);
    CHECK(client.is_closed == closes);
    CHECK(ended == (closes ? 1 : 0));
    CHECK(client.count("41/other,") == (closes ? 1 : 0));
    if (!closes) CHECK(client.received_as("44").size() == 1);  // It hears that it is refused.
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("a session that ends before its actor is there leaves nothing") {
  with_seeds(200, [](std::uint64_t seed) {
    int connected = 0, ended = 0;
    server_bench bench(seed, 1 + seed % 3);
    bench.io().on_connection([&](troupe::socket& socket) {
      ++connected;
      socket.on_disconnect([&](troupe::disconnect_reason) { ++ended; });
    });
    std::vector<std::unique_ptr<bench_client>> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(
          std::make_unique<bench_client>(bench, i % 2 == 0 ? over::polling : over::websocket));
      clients.back()->join();
      clients.back()->send("42[\"a\"]");
      bench.run_some(bench.random()() % 12);
      if (i < 2) clients.back()->leave();
      if (i >= 2) clients.back()->vanish();
    }
    bench.run();
    bench.advance(50s);  // A polling client that got no answer yet is only missed at its ping.
    CHECK(connected == ended);
    bench.check_nothing_left();
  });
}
