#include <tests/catch.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/messages.hpp>

using namespace std::chrono_literals;
using troupe::disconnect_reason;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;

namespace {

void kill(const caf::actor& who) {
  caf::anon_send_exit(who, caf::exit_reason::kill);
}

/// Clients that emit numbers and come and go, in "/" and "/other".
struct crowd {
  explicit crowd(std::uint64_t seed, troupe::options user = {})
      : bench(seed, 1 + seed % 3, std::move(user)) {
    for (const char* name : {"/", "/other"}) {
      const troupe::nsp nsp = bench.of(name);
      nsp.on_connection([this, nsp](troupe::socket& socket) {
        ++connected;
        socket.join("room");
        socket.on("say", [this, nsp, &socket](int number) {
          nsp.emit("n", number);
          socket.emit("own", number);
          if (bench.random()() % 4 == 0) socket.leave("room");
        });
        socket.on("leave", [&socket](bool closes) { socket.disconnect(closes); });
        socket.on_disconnect([this, nsp](disconnect_reason) {
          ++ended;
          nsp.emit("gone");
        });
      });
    }
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<bench_client>(
          bench, bench.random()() % 2 == 0 ? over::polling : over::websocket));
      clients.back()->join();
      clients.back()->join("/other");
    }
  }
  void say(int number) {
    for (const auto& one : clients) one->send("42[\"say\"," + std::to_string(number) + "]");
  }
  void check_gone() {
    clients.clear();
    bench.run();
    bench.advance(60s);  // Who left between two polls is missed at its ping.
    CHECK(connected == ended);
    bench.check_nothing_left();
  }

  int connected = 0, ended = 0;
  server_bench bench;
  std::vector<std::unique_ptr<bench_client>> clients;
};

std::vector<caf::actor> connection_actors(crowd& c) {
  std::vector<caf::actor> all;
  for (const auto& client : c.clients)
    for (unsigned i = 0; i < c.bench.directory().shards.size(); ++i)
      if (auto* session = c.bench.shard(i).find(client->sid); session && session->actor())
        all.push_back(session->actor());
  return all;
}

}  // namespace

TEST_CASE("a connection actor that dies takes its client with it and nothing else") {
  with_seeds(200, [](std::uint64_t seed) {
    crowd c(seed);
    c.bench.run_some(c.bench.random()() % 150);
    for (int i = 0; i < 3; ++i) c.say(i);
    c.bench.run_some(c.bench.random()() % 60);
    const auto all = connection_actors(c);
    if (!all.empty() && seed % 2 == 0) kill(all.front());
    if (!all.empty() && seed % 2 == 1)
      troupe::actors::tell(all.front(), troupe::actors::call{[](auto&) {
                             throw std::runtime_error("in the actor itself");
                           }});
    c.bench.run();
    const auto closed = std::count_if(c.clients.begin(), c.clients.end(),
                                      [](const auto& one) { return one->is_closed; });
    CHECK(closed == (all.empty() ? 0 : 1));
    CHECK(c.bench.subscribers("/") == 4u - static_cast<unsigned>(closed));
    for (const auto& one : c.clients) {
      if (!one->is_closed) CHECK(one->count("42[\"own\",2]") == 1);
    }
    c.check_gone();
  });
}

TEST_CASE("a broadcaster that dies in traffic is restarted, and nobody is left out") {
  with_seeds(400, [](std::uint64_t seed) {
    crowd c(seed);
    c.bench.run_some(c.bench.random()() % 150);
    c.say(1);
    c.bench.run_some(c.bench.random()() % 60);
    for (auto deaths = 1 + c.bench.random()() % 3; deaths > 0; --deaths) {
      kill(c.bench.broadcaster());
      c.bench.run_some(c.bench.random()() % 40);
      c.say(2);
      c.bench.run_some(c.bench.random()() % 20);
    }
    c.bench.run();
    CHECK(c.bench.subscribers("/") == 4);
    c.say(3);
    c.bench.run();
    for (const auto& one : c.clients) {
      REQUIRE_FALSE(one->is_closed);
      CHECK(one->received_as("40{\"sid\"").size() == 1);
      CHECK(one->received_as("40/other,{\"sid\"").size() == 1);
      CHECK(one->count("42[\"n\",3]") == 4);
      CHECK(one->count("42[\"own\",3]") == 1);
      // Whatever came of the CONNECT came before events.
      const auto first = std::find_if(one->received.begin(), one->received.end(), [](auto& p) {
        return p.starts_with("42[") || p.starts_with("40{");
      });
      CHECK(first->starts_with("40{"));
    }
    CHECK_FALSE(c.bench.is_stopped());
    c.check_gone();
  });
}

TEST_CASE("sockets that leave while their broadcaster dies are gone") {
  with_seeds(400, [](std::uint64_t seed) {
    crowd c(seed);
    c.bench.run();
    c.say(1);
    const bool closes = seed % 2 == 0;
    for (std::size_t i = 0; i < 3; ++i)
      c.clients[i]->send(closes ? "42[\"leave\",true]" : "42[\"leave\",false]");
    c.bench.run_some(c.bench.random()() % 60);
    kill(c.bench.broadcaster());
    c.bench.run();
    CHECK(c.bench.subscribers("/") == 1);
    CHECK(c.bench.subscribers("/other") == (closes ? 1 : 4));
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(c.clients[i]->is_closed == closes);
      if (!closes) CHECK(c.clients[i]->count("41") == 1);
    }
    c.check_gone();
  });
}

TEST_CASE("the emits of other namespaces keep their order when a broadcaster dies") {
  with_seeds(200, [](std::uint64_t seed) {
    server_bench bench(seed, 1 + seed % 3);
    const troupe::nsp other = bench.of("/other");
    int next = 0;
    other.on_connection([&](troupe::socket& socket) {
      socket.on("go", [&] {
        for (int i = 0; i < 4; ++i) {
          if (bench.random()() % 2 == 0)
            other.emit("n", next++);
          else
            socket.emit("n", next++);
        }
      });
    });
    bench_client client(bench, over::websocket);
    client.join("/other");
    client.join();
    bench.run();
    for (int round = 0; round < 6; ++round) {
      client.send("42/other,[\"go\"]");
      bench.run_some(bench.random()() % 12);
      if (round == 3) kill(bench.broadcaster());
    }
    bench.run();
    const auto got = client.received_as("42/other,[\"n\",");
    REQUIRE(got.size() == 24);
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(std::stoul(got[i]) == i);
  });
}

TEST_CASE("a client's credit comes back when a broadcaster dies with what it had under way") {
  with_seeds(200, [](std::uint64_t seed) {
    troupe::options user;
    user.events_in_flight_max = 3;
    crowd c(seed, user);
    c.bench.run();
    for (int i = 0; i < 20; ++i) c.say(i);
    c.bench.run_some(c.bench.random()() % 200);
    kill(c.bench.broadcaster());
    c.bench.run();
    c.say(99);
    c.bench.run();
    for (const auto& one : c.clients) {
      CHECK(one->count("42[\"own\",99]") == 1);
    }
    c.check_gone();
  });
}

TEST_CASE("who asked for an ack is told once how it went, also where a broadcaster dies with it") {
  with_seeds(200, [](std::uint64_t seed) {
    server_bench bench(seed, 1 + seed % 3);
    int asked = 0, told_of_one = 0, told_of_all = 0;
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.on("ask", [&] {
        ++asked;
        bench.io().emit("before");  // The question to one goes the same way, behind it.
        socket.emit("one?", [&](const troupe::ack_result& answer) {
          ++told_of_one;
          CHECK(answer.error() == troupe::ack_errc::timed_out);
        });
        bench.io().emit("all?", [&](const troupe::broadcast_ack_result& answers) {
          ++told_of_all;
          CHECK(answers.error.failed());
        });
      });
    });
    bench_client client(bench, seed % 2 == 0 ? over::websocket : over::polling);
    client.join();
    bench.run();
    client.send("42[\"ask\"]");
    bench.run_some(bench.random()() % 40);
    kill(bench.broadcaster());
    bench.run();
    client.send("42[\"ask\"]");
    bench.run();
    bench.advance(61s);
    CHECK(asked == 2);
    CHECK(told_of_one == asked);
    CHECK(told_of_all == asked);
  });
}

TEST_CASE("a broadcaster that dies too often stops the server, in order") {
  with_seeds(100, [](std::uint64_t seed) {
    crowd c(seed);
    c.bench.run();
    for (int i = 0; i < 6; ++i) {
      CHECK_FALSE(c.bench.is_stopped());
      c.say(i);
      c.bench.run_some(c.bench.random()() % 30);
      const caf::actor dying = c.bench.broadcaster();
      kill(dying);
      while (c.bench.broadcaster() == dying && c.bench.step()) {
      }
    }
    c.bench.run();
    for (const auto& one : c.clients) one->leave();
    c.bench.run();
    c.bench.advance(30s);
    CHECK(c.bench.is_stopped());
    CHECK(c.bench.has_failed());
    CHECK(c.connected == c.ended);
    CHECK(c.bench.sessions() == 0);
  });
}

TEST_CASE("deaths that are far apart are forgotten") {
  crowd c(1);
  for (int i = 0; i < 20; ++i) {
    c.bench.run();
    kill(c.bench.broadcaster());
    c.bench.advance(3s);
  }
  CHECK_FALSE(c.bench.is_stopped());
  c.check_gone();
}
