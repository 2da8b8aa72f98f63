#include <tests/catch.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::broadcast_ack_result;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::joined;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

TEST_CASE("broadcasts that wait for acks are bounded, and time out by the clock") {
  troupe::options user;
  user.broadcast_acks_max = 2;
  user.ack_timeout = 7s;
  strings results;
  const auto note = [&](const broadcast_ack_result& result) {
    results.push_back((result.error ? result.error.message() : "all") + " " +
                      std::to_string(result.responses.size()));
  };
  server_bench bench(1, 1, user);
  const auto all = joined(bench, 2);
  bench.io().emit("q", note);
  bench.io().timeout(3s).emit("q", note);
  bench.io().emit("q", note);
  bench.run();
  CHECK(results == strings{"too many acks are waiting 0"});
  const auto asked = all[0]->received_as("42");
  REQUIRE(asked.size() == 3);
  CHECK(asked[0] == "1073741824[\"q\"]");
  for (int i = 0; i < 2; ++i) all[0]->send("431073741824[1,2]");
  all[1]->send("431073741825[]");
  bench.advance(2999ms);
  CHECK(results.size() == 1);
  bench.advance(1ms);
  CHECK(results.back() == "operation has timed out 1");
  all[1]->send("431073741824[null]");
  bench.run();
  CHECK(results.back() == "all 2");
  bench.advance(10s);
  CHECK(results.size() == 3);
  CHECK(bench.counted(&counters::acks_timed_out) == 1);
}

TEST_CASE("events held by a middleware keep their credit, and give it back at the end") {
  with_seeds(40, [](std::uint64_t seed) {
    std::vector<troupe::next> door, kept;
    int handled = 0;
    troupe::options user;
    user.events_in_flight_max = 4;
    server_bench bench(seed, 1 + seed % 2, user);
    bench.io().use([&](troupe::socket&, const troupe::next& go_on) { door.push_back(go_on); });
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.use([&](const troupe::event& what, const troupe::next& go_on) {
        if (what.name() == "dropped") return;
        kept.push_back(go_on);
      });
      socket.on("held", [&] { ++handled; });
    });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    client.send("42[\"held\"]");
    client.send("42[\"dropped\"]");
    bench.run();
    REQUIRE(door.size() == 1);
    door.front()();
    for (int i = 0; i < 8; ++i) client.send("42[\"held\"]");
    bench.run();
    // Reading goes on when half of the credit is back.
    CHECK(kept.size() >= 3);
    CHECK(kept.size() <= 4);
    while (!kept.empty()) {
      for (const auto& go_on : std::exchange(kept, {})) go_on();
      bench.run();
    }
    CHECK(handled == 9);
    for (int i = 0; i < 8; ++i) client.send("42[\"held\"]");
    bench.run();
    if (seed % 3 == 0) client.vanish();
    client.leave();
    bench.run();
    // A client whose events wait is not read, so not heard to leave.
    while (!kept.empty()) {
      for (const auto& go_on : std::exchange(kept, {})) go_on();
      bench.run();
    }
    bench.advance(1min);
    bench.check_nothing_left();
  });
}
