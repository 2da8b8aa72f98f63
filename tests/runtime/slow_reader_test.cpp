#include <tests/catch.hpp>

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
using troupe::actors::counters;

namespace {

constexpr auto unbounded = troupe::harness::wire::unbounded;

/// A client that reads nothing from now on among three that do.
struct slow_among_others {
  slow_among_others(std::uint64_t seed, over transport, troupe::options user)
      : bench(seed, 1 + seed % 3, std::move(user)), io(bench.io()), slow(bench, transport) {
    io.on_connection([this](troupe::socket& socket) {
      socket.on_disconnect([this](disconnect_reason why) { ended.push_back(why); });
      socket.on("flood", [this](int count) { flood(count); });
    });
    for (bench_client* one : {&slow, &a, &b, &c}) one->join();
    bench.run();
    stop_reading();
  }
  void stop_reading() {
    if (slow.websocket != nullptr)
      slow.websocket->write_room = 0;
    else
      slow.polls = false;
    if (slow.websocket != nullptr) return;
    io.emit("last poll");
    bench.run();
  }
  void flood(int count) {
    for (int i = 0; i < count; ++i) io.emit("x", std::string(1000, 'x'));
  }
  void check_others(std::size_t floods) {
    for (bench_client* one : {&a, &b, &c}) {
      CHECK_FALSE(one->is_closed);
      CHECK(one->received_as("42[\"x\"").size() == floods);
    }
  }
  void check_gone() {
    for (bench_client* one : {&slow, &a, &b, &c}) one->leave();
    bench.run();
    bench.advance(60s);
    bench.check_nothing_left();
  }

  std::vector<disconnect_reason> ended;
  server_bench bench;
  troupe::nsp io;
  bench_client slow;
  bench_client a{bench, over::websocket}, b{bench, over::polling}, c{bench, over::websocket};
};

troupe::options small_bounds() {
  troupe::options user;
  user.outbox_bytes_max = 100'000;
  user.outbox_bytes_soft_max = 20'000;
  return user;
}

}  // namespace

TEST_CASE("a client that does not read is cut off at the hard bound, alone") {
  with_seeds(60, [](std::uint64_t seed) {
    for (const over transport : {over::polling, over::websocket}) {
      slow_among_others t(seed, transport, small_bounds());
      t.flood(50);
      t.bench.run();
      CHECK(t.ended.empty());
      t.flood(60);
      t.bench.run();
      CHECK(t.ended == std::vector{disconnect_reason::transport_error});
      CHECK(t.bench.counted(&counters::outboxes_overflown) == 1);
      CHECK(t.bench.subscribers("/") == 3);
      t.check_others(110);
      t.check_gone();
    }
  });
}

TEST_CASE("a client is cut off by one handler's flood while the others get all of it") {
  with_seeds(40, [](std::uint64_t seed) {
    for (const over transport : {over::polling, over::websocket}) {
      slow_among_others t(seed, transport, small_bounds());
      t.a.send("42[\"flood\",600]");  // More than a turn may hold before it is written.
      t.bench.run();
      CHECK(t.ended == std::vector{disconnect_reason::transport_error});
      t.check_others(600);
      t.check_gone();
    }
  });
}

TEST_CASE("the bound on packets cuts off as the one on bytes does") {
  with_seeds(20, [](std::uint64_t seed) {
    for (const over transport : {over::polling, over::websocket}) {
      troupe::options user;
      user.outbox_packets_max = 50;
      slow_among_others t(seed, transport, user);
      for (int i = 0; i < 80; ++i) {
        t.io.emit("x", i);
        t.bench.run();
      }
      CHECK(t.ended == std::vector{disconnect_reason::transport_error});
      t.check_others(80);
      t.check_gone();
    }
  });
}

TEST_CASE("a client over the soft bound is cut off after its time, unless it reads again") {
  with_seeds(40, [](std::uint64_t seed) {
    for (const over transport : {over::polling, over::websocket}) {
      const bool reads_again = seed % 2 == 0;
      slow_among_others t(seed, transport, small_bounds());
      t.flood(30);
      t.bench.advance(9s);
      CHECK(t.ended.empty());
      if (reads_again && t.slow.websocket != nullptr) t.slow.websocket->write_room = unbounded;
      if (reads_again) t.slow.polls = true;
      t.bench.advance(2s);
      if (!reads_again) CHECK(t.ended == std::vector{disconnect_reason::transport_error});
      if (reads_again) {
        CHECK(t.ended.empty());
        CHECK(t.slow.received_as("42[\"x\"").size() == 30);
      }
      t.check_others(30);
      t.check_gone();
    }
  });
}

TEST_CASE("a client that has read below the soft bound when its time is up stays") {
  slow_among_others t(1, over::websocket, small_bounds());
  t.flood(30);
  t.bench.run();
  t.slow.websocket->write_room = 20'000;
  t.bench.advance(15s);
  CHECK(t.ended.empty());
  t.check_gone();
}

TEST_CASE("a polling client over the soft bound that upgrades and reads stays") {
  with_seeds(40, [](std::uint64_t seed) {
    slow_among_others t(seed, over::polling, small_bounds());
    t.flood(30);
    t.bench.run();
    t.slow.upgrade();
    t.bench.run();
    CHECK(t.slow.has_upgraded());
    t.bench.advance(15s);
    CHECK(t.ended.empty());
    CHECK(t.slow.received_as("42[\"x\"").size() == 30);
    t.check_gone();
  });
}

TEST_CASE("a volatile event is dropped for who cannot be written to, and reaches the others") {
  with_seeds(40, [](std::uint64_t seed) {
    for (const over transport : {over::polling, over::websocket}) {
      slow_among_others t(seed, transport, small_bounds());
      t.io.emit("blocks");
      t.bench.run();
      t.io.volatile_().emit("v");
      t.bench.run();
      CHECK(t.bench.counted(&counters::volatile_dropped) == 1);
      CHECK(t.slow.count("42[\"v\"]") == 0);
      for (bench_client* one : {&t.a, &t.b, &t.c}) CHECK(one->count("42[\"v\"]") == 1);
      if (t.slow.websocket != nullptr) t.slow.websocket->write_room = unbounded;
      t.slow.polls = true;
      t.bench.run();
      CHECK(t.slow.count("42[\"v\"]") == 0);
      CHECK(t.slow.count("42[\"blocks\"]") == 1);
      t.check_gone();
    }
  });
}

TEST_CASE("a client that is gone with frames queued for it is only gone") {
  with_seeds(200, [](std::uint64_t seed) {
    slow_among_others t(seed, seed % 2 == 0 ? over::polling : over::websocket, {});
    t.flood(20);
    t.bench.run_some(t.bench.random()() % 30);
    t.a.vanish();
    t.b.vanish();
    t.c.leave();
    t.bench.run_some(t.bench.random()() % 30);
    for (unsigned i = 0; i < 1 + seed % 3; ++i)
      if (seed % 5 == 0) t.bench.shard(i).abort_all();
    t.bench.run();
    t.check_gone();
    CHECK(t.ended.size() == 4);
  });
}
