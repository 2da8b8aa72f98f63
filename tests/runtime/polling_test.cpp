#include <tests/catch.hpp>

#include <set>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::disconnect_reason;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using reasons = std::vector<disconnect_reason>;

namespace {

/// A joined client whose events "n" are noted.
struct one_client {
  one_client(std::uint64_t seed, over transport, troupe::options user = {})
      : bench(seed, 1 + seed % 3, std::move(user)), client(bench, transport) {
    bench.io().on_connection([this](troupe::socket& socket) {
      socket.on("n", [this](int number) { numbers.push_back(number); });
      socket.on_disconnect([this](disconnect_reason why) { ended.push_back(why); });
    });
    client.join();
    bench.run();
  }
  void send_numbers(int count) {
    for (int i = 0; i < count; ++i) client.send("42[\"n\"," + std::to_string(i) + "]");
  }
  void check_numbers(int count) {
    REQUIRE(numbers.size() == static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) REQUIRE(numbers[static_cast<std::size_t>(i)] == i);
  }
  void check_gone() {
    client.leave();
    bench.run();
    bench.check_nothing_left();
  }

  std::vector<int> numbers;
  reasons ended;
  server_bench bench;
  bench_client client;
};

}  // namespace

TEST_CASE("a POST of more messages than the credit is answered when they are taken") {
  with_seeds(100, [](std::uint64_t seed) {
    troupe::options user;
    user.events_in_flight_max = 4;
    one_client t(seed, over::polling, user);
    t.client.post_statuses.clear();
    t.send_numbers(50);
    while (t.client.post_statuses.empty() && t.bench.step()) {
      if (!t.client.post_statuses.empty()) REQUIRE(t.numbers.size() >= 46);
    }
    CHECK(t.client.post_statuses == std::vector<unsigned>{200});
    t.bench.run();
    t.check_numbers(50);
    t.check_gone();
  });
}

TEST_CASE("a WebSocket that sends past its credit is not read, and loses nothing") {
  std::uint64_t paused = 0;
  with_seeds(100, [&](std::uint64_t seed) {
    troupe::options user;
    if (seed % 2 == 0)
      user.events_in_flight_max = 4;
    else
      user.bytes_in_flight_max = 40;
    one_client t(seed, over::websocket, user);
    t.client.websocket->read_bytes_max = 1 + seed * 7 % 200;
    t.send_numbers(100);
    t.bench.run();
    t.check_numbers(100);
    paused += t.bench.counted(&troupe::actors::counters::reads_paused);
    t.check_gone();
    CHECK(t.ended == reasons{disconnect_reason::transport_close});
  });
  CHECK(paused > 0);
}

TEST_CASE("a client whose credit is used up by broadcasts under way goes on when they are back") {
  with_seeds(100, [](std::uint64_t seed) {
    troupe::options user;
    user.events_in_flight_max = 3;
    server_bench bench(seed, 1 + seed % 3, user);
    const troupe::nsp io = bench.io();
    io.on_connection([&, io](troupe::socket& socket) {
      socket.on("n", [io](int number) {
        io.emit("a", number);
        io.emit("b", number);
      });
    });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    bench.run();
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 10; ++i) client.send("42[\"n\",1]");
      bench.run();
    }
    CHECK(client.count("42[\"b\",1]") == 30);
  });
}

TEST_CASE("a WebSocket that sends past its credit and closes is heard to the end") {
  with_seeds(100, [](std::uint64_t seed) {
    troupe::options user;
    user.events_in_flight_max = 4;
    one_client t(seed, over::websocket, user);
    t.send_numbers(30);
    t.client.leave();
    t.bench.run();
    t.check_numbers(30);
    t.bench.check_nothing_left();
  });
}

TEST_CASE("events of a client that waits for its connect handler hold its credit") {
  with_seeds(50, [](std::uint64_t seed) {
    troupe::options user;
    user.events_in_flight_max = 4;
    std::vector<troupe::next> kept;
    std::vector<int> numbers;
    server_bench bench(seed, 2, user);
    bench.io().use([&](troupe::socket&, troupe::next next) { kept.push_back(next); });
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.on("n", [&](int number) { numbers.push_back(number); });
    });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    for (int i = 0; i < 40; ++i) client.send("42[\"n\"," + std::to_string(i) + "]");
    bench.run();
    REQUIRE(kept.size() == 1);
    if (seed % 4 < 2) {
      kept[0]();
      bench.run();
      REQUIRE(numbers.size() == 40);
      for (int i = 0; i < 40; ++i) CHECK(numbers[static_cast<std::size_t>(i)] == i);
    }
    client.leave();
    bench.run();
    bench.advance(45s);  // One that is not read is missed at its ping.
    bench.check_nothing_left();
  });
}

TEST_CASE("binary events pass over both transports, both ways") {
  with_seeds(20, [](std::uint64_t seed) {
    server_bench bench(seed, 1 + seed % 3);
    const troupe::nsp io = bench.io();
    io.on_connection([&](troupe::socket& socket) {
      socket.on("b", [&](const troupe::arguments& values) { io.emit("b", values); });
    });
    bench_client a(bench, over::polling), b(bench, over::websocket);
    a.join();
    b.join();
    bench.run();
    bench_client& sender = seed % 2 == 0 ? a : b;
    sender.send("451-[\"b\",{\"_placeholder\":true,\"num\":0},7]");
    sender.send_binary(std::string("\0\1\xff", 3));
    bench.run();
    for (const bench_client* one : {&a, &b}) {
      REQUIRE(one->received.size() >= 2);
      const std::size_t last = one->received.size() - 1;
      CHECK(one->received[last - 1] == "451-[\"b\",{\"_placeholder\":true,\"num\":0},7]");
      CHECK(one->received[last] == std::string("b\0\1\xff", 4));
    }
  });
}

TEST_CASE("a poll that the client drops ends its session") {
  with_seeds(50, [](std::uint64_t seed) {
    one_client t(seed, over::polling);
    t.client.polls = false;
    t.client.get->incoming_end = true;
    t.bench.run();
    CHECK(t.ended == reasons{disconnect_reason::transport_error});
    t.check_gone();
  });
}

TEST_CASE("a second poll beside one ends the session, and both are answered") {
  with_seeds(50, [](std::uint64_t seed) {
    one_client t(seed, over::polling);
    t.client.polls = false;
    const auto second = t.client.get_beside();
    t.bench.run();
    CHECK(t.client.received.back() == "1");
    CHECK(second->written.starts_with("HTTP/1.1 400"));
    CHECK(t.ended == reasons{disconnect_reason::transport_error});
    second->incoming_end = true;
    t.check_gone();
  });
}

TEST_CASE("a second POST beside one ends the session, and a pending poll is answered") {
  with_seeds(50, [](std::uint64_t seed) {
    troupe::options user;
    user.events_in_flight_max = 4;
    std::vector<troupe::next> kept;
    server_bench bench(seed, 1 + seed % 3, user);
    bench.io().use([&](troupe::socket&, troupe::next next) { kept.push_back(next); });
    bench_client client(bench, over::polling);
    client.join();
    for (int i = 0; i < 10; ++i) client.send("42[\"n\"]");
    bench.run();
    client.polls = false;
    const auto second = client.post_beside("42[\"n\"]");
    bench.run();
    CHECK(second->written.starts_with("HTTP/1.1 400"));
    CHECK(client.received.back() == "1");
    second->incoming_end = true;
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("a client that answers no ping is closed at the ping timeout") {
  with_seeds(20, [](std::uint64_t seed) {
    for (const over transport : {over::polling, over::websocket}) {
      one_client t(seed, transport);
      t.client.answers_pings = false;
      t.bench.advance(25s);
      CHECK(t.client.count("2") == 1);
      t.bench.advance(20s - 1ms);
      CHECK(t.ended.empty());
      t.bench.advance(1ms);
      CHECK(t.ended == reasons{disconnect_reason::ping_timeout});
      t.check_gone();
    }
  });
}

TEST_CASE("a client that answers its pings stays") {
  for (const over transport : {over::polling, over::websocket}) {
    one_client t(1, transport);
    t.bench.advance(10min);
    CHECK(t.client.count("2") == 24);
    CHECK(t.ended.empty());
    t.check_gone();
  }
}

TEST_CASE("an id tells its shard, and no id comes twice") {
  std::set<std::string> all;
  server_bench bench(7, 3);
  for (int i = 0; i < 3000; ++i) {
    const auto index = static_cast<unsigned>(i % 3);
    const std::string sid = bench.shard(index).next_sid();
    REQUIRE(sid.size() == 20);
    REQUIRE(all.insert(sid).second);
    for (unsigned asked = 0; asked < 3; ++asked) REQUIRE(bench.shard(asked).shard_of(sid) == index);
  }
  CHECK(bench.shard(1).shard_of("short") == 1);
}

TEST_CASE("an id that nobody gave out is refused, whichever shard it means") {
  server_bench bench(1, 3);
  for (const char* sid : {"AAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAC",
                          "!!!!!!!!!!!!!!!!!!!!", "x"}) {
    const auto wire = bench.open_connection();
    wire->incoming = std::string("GET /socket.io/?EIO=4&transport=polling&sid=") + sid +
                     " HTTP/1.1\r\nHost: h\r\n\r\n";
    bench.run();
    CHECK(wire->written.starts_with("HTTP/1.1 400"));
    CHECK(wire->written.ends_with("{\"code\":1,\"message\":\"Session ID unknown\"}"));
    wire->incoming_end = true;
  }
  bench.run();
  bench.check_nothing_left();
}
