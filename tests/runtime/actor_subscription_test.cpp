#include <tests/catch.hpp>

#include <string>
#include <vector>

#include <tests/runtime/actor_audience.hpp>
#include <tests/seeds.hpp>

using troupe::subscription_options;
using troupe::testing::audience;
using troupe::testing::bench_client;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

TEST_CASE("an actor hears of the events that it asked for, and of nothing else") {
  with_seeds(20, [](std::uint64_t seed) {
    audience all(seed, {.event_names = {"a", "c"}, .connects = false, .disconnects = false});
    bench_client client(all.bench, over::websocket);
    client.join();
    for (const char* name : {"a", "b", "c"}) client.send("42[\"" + std::string(name) + "\"]");
    all.bench.run();
    client.leave();
    all.bench.run();
    CHECK(all.notes.heard == strings{"a", "c"});
  });
}

TEST_CASE("an actor that subscribed to rooms hears who joins and leaves them, and who is in them") {
  with_seeds(50, [](std::uint64_t seed) {
    audience all(seed, {.rooms = {"one", "two"}});
    all.bench.io().on_connection([](troupe::socket& socket) {
      socket.on("join", [&socket](const std::string& room) { socket.join(room); });
      socket.on("leave", [&socket](const std::string& room) { socket.leave(room); });
    });
    bench_client client(all.bench, over::websocket);
    client.join();
    client.send("42[\"before\"]");
    client.send("42[\"join\",\"three\"]");
    client.send("42[\"join\",\"one\"]");
    client.send("42[\"inside\"]");
    client.send("42[\"leave\",\"one\"]");
    client.send("42[\"outside\"]");
    client.send("42[\"join\",\"two\"]");
    all.bench.run();
    client.vanish();
    all.bench.run();
    CHECK(all.notes.heard ==
          strings{"joined one", "inside", "leave", "left one", "joined two", "left two"});
  });
}

TEST_CASE("an actor that does not keep up misses events, which are counted, and nobody waits") {
  with_seeds(20, [](std::uint64_t seed) {
    int handled = 0;
    audience all(seed, {.messages_max = 3});
    all.bench.io().on_connection(
        [&](troupe::socket& socket) { socket.on_any([&](const troupe::event&) { ++handled; }); });
    bench_client client(all.bench, over::websocket);
    client.join();
    all.bench.run();
    all.notes.keeps = true;
    for (int i = 0; i < 10; ++i) client.send("42[\"x\"]");
    all.bench.run();
    CHECK(handled == 10);
    CHECK(all.notes.heard.size() == 1 + 3);
    CHECK(all.dropped() == 7);
    // Who comes now is not told of, not even when it goes.
    bench_client late(all.bench, over::websocket);
    late.join();
    all.bench.run();
    all.notes.kept.clear();
    late.send("42[\"late\"]");
    all.bench.run();
    late.vanish();
    all.bench.run();
    CHECK(all.notes.heard.size() == 1 + 3);
    client.send("42[\"again\"]");
    client.leave();
    all.bench.run();
    CHECK(all.notes.heard.size() == 1 + 3 + 2);
    CHECK(all.notes.heard[4] == "again");
    CHECK(all.notes.heard[5] == "disconnected");
  });
}

TEST_CASE("an actor that clients wait for hears of those that come while it is full") {
  with_seeds(20, [](std::uint64_t seed) {
    audience all(seed, {.messages_max = 1, .when_full = subscription_options::full::pause});
    bench_client client(all.bench, over::websocket), late(all.bench, over::websocket);
    client.join();
    all.bench.run();
    all.notes.keeps = true;
    client.send("42[\"x\"]");
    all.bench.run();
    late.join();
    late.send("42[\"late\"]");
    all.bench.run();
    late.leave();
    all.bench.run();
    CHECK(all.notes.heard == strings{"connected", "x", "connected", "late", "disconnected"});
    CHECK(all.dropped() == 0);
  });
}

TEST_CASE("an actor that wants no connects hears those that came while it was full") {
  with_seeds(20, [](std::uint64_t seed) {
    audience all(seed, {.connects = false, .messages_max = 1});
    bench_client client(all.bench, over::websocket), late(all.bench, over::websocket);
    client.join();
    all.bench.run();
    all.notes.keeps = true;
    client.send("42[\"x\"]");
    all.bench.run();
    late.join();
    all.bench.run();
    all.notes.keeps = false;
    all.notes.kept.clear();
    late.send("42[\"late\"]");
    all.bench.run();
    late.leave();
    all.bench.run();
    CHECK(all.notes.heard == strings{"x", "late", "disconnected"});
    CHECK(all.dropped() == 0);
  });
}

TEST_CASE("an actor that clients wait for is sent so much in all, and hears no newcomers then") {
  with_seeds(20, [](std::uint64_t seed) {
    audience all(seed, {.messages_max = 1,
                        .when_full = subscription_options::full::pause,
                        .paused_messages_max = 1});
    bench_client client(all.bench, over::websocket), late(all.bench, over::websocket);
    all.notes.keeps = true;
    client.join();
    client.send("42[\"x\"]");
    all.bench.run();
    late.join();
    late.send("42[\"late\"]");
    all.bench.run();
    late.leave();
    client.send("42[\"y\"]");
    all.bench.run();
    CHECK(all.notes.heard == strings{"connected", "x", "y"});
    CHECK(all.dropped() == 1);
  });
}

TEST_CASE("a full actor that wants no connects is not sent the ends of those that come and go") {
  with_seeds(20, [](std::uint64_t seed) {
    audience all(seed, {.connects = false, .messages_max = 1});
    bench_client client(all.bench, over::websocket), late(all.bench, over::websocket);
    client.join();
    all.notes.keeps = true;
    client.send("42[\"x\"]");
    all.bench.run();
    late.join();
    all.bench.run();
    late.leave();
    all.bench.run();
    CHECK(all.notes.heard == strings{"x"});
    CHECK(all.dropped() == 1);
  });
}

TEST_CASE("clients are not read while an actor that asked for it has their events") {
  with_seeds(50, [](std::uint64_t seed) {
    int handled = 0;
    troupe::options user;
    user.events_in_flight_max = 4;
    audience all(seed, {.when_full = subscription_options::full::pause}, user);
    all.bench.io().on_connection(
        [&](troupe::socket& socket) { socket.on_any([&](const troupe::event&) { ++handled; }); });
    bench_client client(all.bench, seed % 2 == 0 ? over::websocket : over::polling);
    bench_client other(all.bench, over::websocket);
    client.join();
    other.join();
    all.bench.run();
    all.notes.keeps = true;
    for (int i = 0; i < 10; ++i) client.send("42[\"x\"]");
    all.bench.run();
    CHECK(handled == 4);
    other.send("42[\"x\"]");
    all.bench.run();
    CHECK(handled == 5);  // A client's credit is its own.
    all.notes.keeps = false;
    all.notes.kept.clear();
    all.bench.run();
    CHECK(handled == 11);
    CHECK(all.notes.heard.size() == 2 + 11);
    CHECK(all.dropped() == 0);
  });
}

TEST_CASE("an actor that unsubscribes is sent nothing more") {
  with_seeds(20, [](std::uint64_t seed) {
    audience all(seed, {});
    bench_client client(all.bench, over::websocket);
    client.join();
    client.send("42[\"before\"]");
    all.bench.run();
    all.bench.io().unsubscribe(all.who);
    client.send("42[\"behind\"]");
    client.leave();
    all.bench.run();
    CHECK(all.notes.heard == strings{"connected", "before"});
    CHECK(all.bench.directory().find("/")->current()->subscribers.empty());
  });
}
