#include <tests/catch.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
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

/// Throws a std::exception, or something that is none.
[[noreturn]] void fail(std::uint64_t seed) {
  if (seed % 2 == 0) throw std::runtime_error("handler");
  throw 42;
}

/// Two clients in "/" and "/calm"; the first's socket in "/" is to end, and nothing else.
struct two_clients {
  two_clients(std::uint64_t seed, std::function<void(troupe::socket&)> on_connection)
      : bench(seed, 1 + seed % 3) {
    bench.io().on_connection([this, on_connection](troupe::socket& socket) {
      if (!socket.handshake().auth.has_attachments() &&
          socket.handshake().auth.json() == "{\"victim\":true}") {
        socket.on_disconnect([this](disconnect_reason why) { ended.push_back(why); });
        on_connection(socket);
      } else {
        socket.on_disconnect([this](disconnect_reason) { ++others_ended; });
      }
    });
    bench.of("/calm").on_connection([this](troupe::socket& socket) {
      socket.on("echo", [&](int number) { socket.emit("echo", number); });
      socket.on_disconnect([this](disconnect_reason) { ++others_ended; });
    });
    for (bench_client* one : {&victim, &other}) one->join("/calm");
    other.join();
    bench.run();
    victim.join("/", "{\"victim\":true}");
    bench.run();
  }

  void check_others_live() {
    CHECK(others_ended == 0);
    for (bench_client* one : {&victim, &other}) {
      one->send("42/calm,[\"echo\",5]");
      bench.run();
      CHECK(one->count("42/calm,[\"echo\",5]") == 1);
      CHECK_FALSE(one->is_closed);
    }
    CHECK(bench.subscribers("/") == 1);
    victim.leave();
    other.leave();
    bench.run();
    bench.check_nothing_left();
  }

  reasons ended;
  int others_ended = 0;
  server_bench bench;
  bench_client victim{bench, over::websocket};
  bench_client other{bench, over::polling};
};

}  // namespace

TEST_CASE("an event handler that throws ends its socket only") {
  with_seeds(60, [](std::uint64_t seed) {
    int later = 0;
    two_clients t(seed, [&](troupe::socket& socket) {
      socket.on("a", [&, seed] {
        socket.emit("before");
        fail(seed);
      });
      socket.on("a", [&] { ++later; });
    });
    t.victim.send("42[\"a\"]");
    t.victim.send("42/calm,[\"echo\",1]");
    t.bench.run();
    CHECK(t.ended == reasons{disconnect_reason::server_namespace_disconnect});
    CHECK(later == 0);
    CHECK(t.victim.count("42[\"before\"]") == 1);
    CHECK(t.victim.count("41") == 1);
    CHECK(t.bench.counted(&troupe::actors::counters::handlers_thrown) == 1);
    t.check_others_live();
  });
}

TEST_CASE("a connection handler that throws ends its socket only") {
  with_seeds(60, [](std::uint64_t seed) {
    two_clients t(seed, [&](troupe::socket&) { fail(seed); });
    CHECK(t.ended == reasons{disconnect_reason::server_namespace_disconnect});
    CHECK(t.victim.id_in().size() == 20);
    CHECK(t.victim.count("41") == 1);
    t.check_others_live();
  });
}

TEST_CASE("disconnect handlers that throw keep none of the others from running") {
  with_seeds(60, [](std::uint64_t seed) {
    int asked = 0;
    two_clients t(seed, [&](troupe::socket& socket) {
      socket.on_disconnecting([&](disconnect_reason) { fail(seed); });
      socket.on_disconnect([&](disconnect_reason) { fail(seed); });
      socket.on_disconnect([&](disconnect_reason why) { t.ended.push_back(why); });
      socket.emit("asked", [&](const troupe::ack_result& answer) {
        CHECK(answer.error() == troupe::ack_errc::disconnected);
        ++asked;
        fail(seed);
      });
    });
    t.victim.send("41");
    t.bench.run();
    CHECK(t.ended == reasons(2, disconnect_reason::client_namespace_disconnect));
    CHECK(asked == 1);
    CHECK(t.bench.counted(&troupe::actors::counters::handlers_thrown) == 3);
    t.check_others_live();
  });
}

TEST_CASE("an ack handler that throws ends its socket only") {
  with_seeds(60, [](std::uint64_t seed) {
    two_clients t(seed, [&](troupe::socket& socket) {
      socket.emit("asked", [&](const troupe::ack_result&) { fail(seed); });
    });
    if (seed % 4 < 2)
      t.victim.send("431[]");
    else
      t.bench.advance(60s);
    t.bench.run();
    CHECK(t.ended == reasons{disconnect_reason::server_namespace_disconnect});
    t.check_others_live();
  });
}

TEST_CASE("a middleware that throws refuses the client") {
  with_seeds(60, [](std::uint64_t seed) {
    int ended = 0, connected = 0;
    const bool goes_on_first = seed % 4 < 2;
    server_bench bench(seed, 1 + seed % 3);
    bench.io().on_connection([&](troupe::socket& socket) {
      ++connected;
      socket.on_disconnect([&](disconnect_reason) { ++ended; });
    });
    bench.io().use([&](troupe::socket&, troupe::next next) {
      if (goes_on_first) next();
      fail(seed);
    });
    bench.of("/calm");
    bench_client client(bench, over::websocket);
    client.join("/calm");
    client.join();
    bench.run();
    CHECK_FALSE(client.is_closed);
    CHECK(client.id_in("/calm").size() == 20);
    CHECK(connected == (goes_on_first ? 1 : 0));
    CHECK(ended == connected);
    CHECK(client.received_as("44").size() == (goes_on_first ? 0 : 1));
    CHECK(client.count("41") == (goes_on_first ? 1 : 0));
    CHECK(bench.subscribers("/") == 0);
    CHECK(bench.subscribers("/calm") == 1);
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("handlers may add handlers, and end sockets, while theirs is ending") {
  with_seeds(60, [](std::uint64_t seed) {
    int ended = 0;
    std::vector<troupe::socket*> sockets;
    server_bench bench(seed, 1 + seed % 3);
    for (const char* name : {"/", "/a", "/b"})
      bench.of(name).on_connection([&](troupe::socket& socket) {
        sockets.push_back(&socket);
        socket.on_disconnecting([&](disconnect_reason) {
          for (int i = 0; i < 20; ++i) {
            socket.on_disconnecting([](disconnect_reason) {});
            socket.on_disconnect([](disconnect_reason) {});
          }
        });
        socket.on_disconnect([&](disconnect_reason) {
          ++ended;
          for (int i = 0; i < 20; ++i) socket.on_disconnect([](disconnect_reason) {});
          for (troupe::socket* other : sockets) other->disconnect();
          bench.io().emit("gone");
        });
        socket.on("end", [&](bool closes) { socket.disconnect(closes); });
      });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    for (const char* name : {"/", "/a", "/b"}) client.join(name);
    bench.run();
    const bool closes = seed % 4 < 2;
    client.send(closes ? "42[\"end\",true]" : "42[\"end\",false]");
    bench.run();
    CHECK(ended == 3);
    for (const char* packet : {"41", "41/a,", "41/b,"}) CHECK(client.count(packet) == 1);
    CHECK(client.is_closed == closes);
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("what the handlers of a socket hold may end another as it goes") {
  struct ender {
    troupe::socket*& other;
    int& gone;
    ~ender() {
      ++gone;
      if (other != nullptr) std::exchange(other, nullptr)->disconnect();
    }
  };
  int gone = 0;
  troupe::socket* other = nullptr;
  troupe::socket* none = nullptr;
  server_bench bench(1);
  bench.io().on_connection([&](troupe::socket& socket) {
    const std::shared_ptr<ender> held(new ender{other, gone});
    socket.on("end", [&socket, held] { socket.disconnect(); });
  });
  bench.of("/b").on_connection([&](troupe::socket& socket) {
    other = &socket;
    const std::shared_ptr<ender> held(new ender{none, gone});
    socket.on("end", [held] {});
  });
  bench_client client(bench, over::websocket);
  client.join();
  client.join("/b");
  bench.run();
  client.send("42[\"end\"]");
  bench.run();
  CHECK(gone == 2);
  CHECK(client.count("41/b,") == 1);
  CHECK_FALSE(client.is_closed);
}
