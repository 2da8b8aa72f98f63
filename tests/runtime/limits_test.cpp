#include <tests/catch.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/client_messages.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

TEST_CASE("what is asked of a full namespace from outside is refused, and said to be") {
  int found = 0;
  troupe::options user;
  user.emits_under_way_max = 1;
  server_bench bench(1, 2, user);
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  const troupe::nsp io = bench.io();
  auto all = io.fetch_sockets();
  bench.run();
  const troupe::remote_socket remote = all.get().at(0);
  auto fills = bench.directory().open("/")->outside().admit(1);
  CHECK_FALSE(io.sockets_join("r"));
  CHECK_FALSE(io.sockets_leave("r"));
  CHECK_FALSE(io.disconnect_sockets());
  CHECK_FALSE(remote.join("r"));
  CHECK_FALSE(remote.leave("r"));
  CHECK_FALSE(remote.disconnect());
  CHECK_FALSE(remote.emit("n"));
  CHECK_FALSE(io.fetch_sockets([&](const auto&) { ++found; }));
  CHECK_THROWS_AS(io.fetch_sockets().get(), std::length_error);
  CHECK_FALSE(io.count_sockets([&](std::size_t) { ++found; }));
  CHECK_THROWS_AS(io.count_sockets().get(), std::length_error);
  troupe::actors::tell(io.actor(), troupe::disconnect_clients{{client.id_in()}});
  bench.run();
  CHECK(found == 0);
  CHECK(client.count("41") == 0);
  CHECK(bench.log() == strings{"message of an actor dropped: too many operations wait"});
  fills.reset();
  CHECK(io.fetch_sockets([&](const auto& sockets) { found += static_cast<int>(sockets.size()); }));
  bench.run();
  CHECK(found == 1);
  CHECK(io.disconnect_sockets());
  bench.run();
  CHECK(client.count("41") == 1);
}

TEST_CASE("a shard that is full of rooms lets clients into those that are there") {
  strings thrown;
  troupe::options user;
  user.limits.rooms_per_shard_max = 2;
  user.limits.room_name_bytes_max = 8;
  server_bench bench(1, 1, user);
  bench.io().on_connection([&](troupe::socket& socket) {
    socket.on("join", [&](const std::string& room) {
      try {
        socket.join(room);
      } catch (const std::length_error& why) {
        thrown.emplace_back(why.what());
      }
    });
  });
  bench_client a(bench, over::websocket), b(bench, over::websocket);
  for (bench_client* one : {&a, &b}) one->join();
  for (const char* room : {"one", "two"}) {
    a.send("42[\"join\",\"" + std::string(room) + "\"]");
    bench.run();
  }
  b.send("42[\"join\",\"one\"]");
  bench.run();
  CHECK(thrown.empty());
  b.send("42[\"join\",\"three\"]");
  bench.run();
  CHECK(thrown == strings{"the server has too many rooms"});
  bench.io().to("one").emit("n");
  bench.run();
  for (const bench_client* one : {&a, &b}) CHECK(one->count("42[\"n\"]") == 1);
  CHECK_THROWS_AS(bench.io().sockets_join("much too long"), std::length_error);
}

TEST_CASE("an event that a middleware keeps for too long is refused, and its client read on") {
  with_seeds(20, [](std::uint64_t seed) {
    std::vector<troupe::next> kept;
    strings refused, handled;
    troupe::options user;
    user.events_in_flight_max = 4;
    user.event_middleware_timeout = 10s;
    server_bench bench(seed, 1 + seed % 2, user);
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.use([&](const troupe::event&, const troupe::next& go_on) { kept.push_back(go_on); });
      socket.on_error([&](const troupe::refusal& why) { refused.push_back(why.message); });
      socket.on("n", [&](int number) { handled.push_back(std::to_string(number)); });
    });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    bench.run();
    for (int i = 0; i < 6; ++i) client.send("42[\"n\"," + std::to_string(i) + "]");
    bench.run();
    const std::size_t first = kept.size();
    CHECK(first < 6);
    bench.advance(9s);
    kept.front()();
    bench.run();
    CHECK(handled == strings{"0"});
    bench.advance(1s);
    CHECK(refused == strings(first - 1, "timed out"));
    CHECK(kept.size() == 6);
    for (const troupe::next& go_on : kept) go_on();
    bench.run();
    // Those that were refused stay so.
    CHECK(handled.size() == 7 - first);
    CHECK(refused.size() == first - 1);
    CHECK(bench.counted(&counters::events_timed_out) == first - 1);
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("a client that is not read is closed when it may have gone unseen, not before") {
  with_seeds(20, [](std::uint64_t seed) {
    std::vector<troupe::next> kept;
    std::vector<troupe::disconnect_reason> ended;
    troupe::options user;
    user.events_in_flight_max = 4;
    user.event_middleware_timeout = 1h;
    user.unread_timeout = 5min;
    server_bench bench(seed, 1 + seed % 2, user);
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.use([&](const troupe::event&, const troupe::next& go_on) { kept.push_back(go_on); });
      socket.on_disconnect([&](troupe::disconnect_reason why) { ended.push_back(why); });
    });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    bench.run();
    for (int i = 0; i < 8; ++i) client.send("42[\"n\"]");
    bench.run();
    client.answers_pings = false;
    bench.advance(4min);
    CHECK(ended.empty());
    bench.advance(2min);
    CHECK(ended == std::vector{troupe::disconnect_reason::ping_timeout});
    CHECK(bench.subscribers("/") == 0);
    kept.clear();
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}
