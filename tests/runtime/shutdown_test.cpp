#include <tests/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>

using namespace std::chrono_literals;
using troupe::disconnect_reason;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;

TEST_CASE("a server with nobody in it stops at once") {
  for (unsigned shards = 1; shards <= 3; ++shards) {
    server_bench bench(shards, shards);
    bench.open_connection();
    bench.run();
    bench.stop();
    CHECK(bench.is_stopped());
    CHECK_FALSE(bench.has_failed());
    CHECK_FALSE(bench.is_listening());
  }
}

TEST_CASE("a stopping server tells its clients' sockets, delivers, and closes") {
  with_seeds(100, [](std::uint64_t seed) {
    std::vector<disconnect_reason> ended;
    server_bench bench(seed, 1 + seed % 3);
    const troupe::nsp io = bench.io();
    io.on_connection([&, io](troupe::socket& socket) {
      socket.on("last", [io] { io.emit("last"); });
      socket.on_disconnect([&, io](disconnect_reason why) {
        ended.push_back(why);
        io.emit("gone");
      });
    });
    bench_client a(bench, over::websocket), b(bench, over::polling), c(bench, over::websocket);
    for (bench_client* one : {&a, &b, &c}) one->join();
    bench.run();
    a.send("42[\"last\"]");
    bench.run();
    bench.stop();
    CHECK(bench.is_stopped());
    CHECK(ended == std::vector(3, disconnect_reason::server_shutting_down));
    for (const bench_client* one : {&a, &b, &c}) {
      CHECK(one->count("42[\"last\"]") == 1);
      CHECK(one->is_closed);
    }
    for (bench_client* one : {&a, &b, &c}) one->leave();
    bench.run();
    CHECK(bench.sessions() == 0);
  });
}

TEST_CASE("clients that do not go are reset when the close timeout is over") {
  with_seeds(20, [](std::uint64_t seed) {
    int ended = 0;
    server_bench bench(seed, 1 + seed % 3);
    bench.io().on_connection(
        [&](troupe::socket& socket) { socket.on_disconnect([&](disconnect_reason) { ++ended; }); });
    bench_client silent(bench, over::polling), stuck(bench, over::websocket);
    silent.join();
    stuck.join();
    bench.run();
    silent.polls = false;
    bench.io().emit("the last poll");
    bench.run();
    stuck.websocket->write_room = 0;
    bench.stop();
    CHECK(bench.is_stopped());
    CHECK(ended == 2);
    CHECK(bench.sessions() == 0);
  });
}

TEST_CASE("a server stops in the middle of anything") {
  with_seeds(400, [](std::uint64_t seed) {
    int connected = 0, ended = 0;
    std::vector<troupe::next> kept;
    server_bench bench(seed, 1 + seed % 3);
    const troupe::nsp io = bench.io();
    bench.of("/slow").use([&](troupe::socket&, troupe::next next) { kept.push_back(next); });
    io.on_connection([&, io](troupe::socket& socket) {
      ++connected;
      socket.on("say", [io, &socket](int number) {
        io.emit("n", number);
        socket.emit("ask", [io](const troupe::ack_result&) { io.emit("answered"); });
      });
      socket.on("other", [&] { bench.of("/" + std::to_string(bench.random()() % 100)); });
      socket.on_disconnect([&, io](disconnect_reason) {
        ++ended;
        io.emit("gone");
        bench.of("/late");
      });
    });
    std::vector<std::unique_ptr<bench_client>> clients;
    for (int i = 0; i < 5; ++i) {
      clients.push_back(std::make_unique<bench_client>(
          bench, bench.random()() % 2 == 0 ? over::polling : over::websocket));
      clients.back()->join();
      clients.back()->join("/slow");
      clients.back()->send("42[\"say\",1]");
      clients.back()->send("42[\"other\"]");
      bench.run_some(bench.random()() % 60);
      if (bench.random()() % 3 == 0 && clients.back()->websocket == nullptr)
        clients.back()->upgrade();
      if (bench.random()() % 8 == 0) clients.back()->vanish();
    }
    bench.run_some(bench.random()() % 60);
    bench.stop();
    CHECK(bench.is_stopped());
    CHECK(connected == ended);
    bench.of("/too late").emit("nobody");
    for (const troupe::next& one : kept) one();
    bench.run();
    clients.clear();
    bench.run();
  });
}

TEST_CASE("a drain may have all the time there is") {
  server_bench bench(1, 2);
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  bench.server().drain(std::chrono::milliseconds::max(), 10s);
  bench.advance(5s);
  CHECK_FALSE(client.is_closed);
  bench.advance(5s);
  CHECK(client.is_closed);
  client.leave();
  bench.run();
  CHECK(bench.is_stopped());
}
