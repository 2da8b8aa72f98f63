#include <tests/catch.hpp>

#include <map>
#include <memory>
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

/// A server whose handlers do everything, and clients that do anything.
struct world {
  explicit world(std::uint64_t seed) : bench(seed, 1 + seed % 3, bounds(seed)) {
    for (const char* name : {"/", "/b"}) {
      const troupe::nsp nsp = bench.of(name);
      nsp.use([this](troupe::socket& socket, troupe::next next) { meet(socket, next); });
      nsp.on_connection([this, nsp](troupe::socket& socket) { take(nsp, socket); });
    }
  }

  static troupe::options bounds(std::uint64_t seed) {
    troupe::options user;
    user.events_in_flight_max = 1 + seed % 7;
    user.outbox_bytes_max = 20'000;
    user.outbox_bytes_soft_max = 5'000;
    user.broadcaster_restarts_max = 1000;
    return user;
  }
  std::size_t draw(std::size_t below) { return bench.random()() % below; }

  void meet(troupe::socket& socket, const troupe::next& next) {
    switch (draw(12)) {
      case 0:
        return next.refuse("no");
      case 1:
        throw 1;
      case 2:
        return socket.disconnect(draw(2) == 0);
      case 3:
        later.push_back(next);
        return;
      default:
        return next();
    }
  }

  void take(const troupe::nsp& nsp, troupe::socket& socket) {
    ++alive[socket.id()];
    socket.on_disconnect([this, nsp, id = socket.id()](disconnect_reason) {
      --alive[id];
      nsp.emit("gone", id);
    });
    socket.on_any([this, nsp, &socket](const troupe::event& what) {
      act(nsp, socket);
      if (what.reply() && draw(2) == 0) acks.push_back(what.reply());
    });
    if (draw(6) == 0) act(nsp, socket);
  }

  void act(const troupe::nsp& nsp, troupe::socket& socket) {
    switch (draw(14)) {
      case 0:
        return socket.disconnect(draw(3) == 0);
      case 1:
        throw std::runtime_error("act");
      case 2:
        return socket.join("r" + std::to_string(draw(3)));
      case 3:
        return socket.leave("r" + std::to_string(draw(3)));
      case 4:
        nsp.to("r" + std::to_string(draw(3))).emit("room");
        return;
      case 5:
        return socket.emit("ask", [this, nsp, &socket](const troupe::ack_result&) {
          if (draw(2) == 0) act(nsp, socket);
        });
      case 6:
        nsp.emit("large", std::string(draw(9000), 'x'));
        return;
      case 7:
        nsp.volatile_().emit("v");
        return;
      case 8:
        socket.broadcast().emit("others");
        return;
      default:
        nsp.emit("n");
        socket.emit("own");
    }
  }

  void client_acts() {
    if (clients.size() < 6 && draw(3) == 0) {
      clients.push_back(
          std::make_unique<bench_client>(bench, draw(2) == 0 ? over::polling : over::websocket));
      clients.back()->join();
      return;
    }
    if (clients.empty()) return;
    const auto at = clients.begin() + static_cast<std::ptrdiff_t>(draw(clients.size()));
    bench_client& one = **at;
    switch (draw(16)) {
      case 0:
        clients.erase(at);
        return;
      case 1:
        return one.vanish();
      case 2:
        return one.join(draw(2) == 0 ? "/" : "/b");
      case 3:
        return one.send("41");
      case 4:
        if (one.websocket == nullptr && !one.sid.empty()) one.upgrade();
        return;
      case 5:
        if (one.has_upgraded()) one.websocket->write_room = draw(3000);
        return;
      case 6:
        return one.send("43" + std::to_string(1 + draw(3)) + "[]");
      case 7:
        return one.send("42" + std::to_string(draw(5)) + "[\"e\"]");
      case 8:
        return one.send(draw(20) == 0 ? "nonsense" : "42/b,[\"e\"]");
      case 9:
        one.polls = !one.polls;
        return;
      case 10:
        if (one.websocket != nullptr) one.websocket->read_bytes_max = 1 + draw(60);
        return;
      default:
        return one.send("42[\"e\"]");
    }
  }

  void elsewhere() {
    if (draw(20) == 0) caf::anon_send_exit(bench.broadcaster(), caf::exit_reason::kill);
    if (draw(10) == 0) bench.advance(std::chrono::milliseconds(draw(15'000)));
    if (!later.empty() && draw(4) == 0) later[draw(later.size())]();
    if (!acks.empty() && draw(4) == 0) acks[draw(acks.size())]("answer");
    if (draw(10) == 0) bench.of("/b").emit("from outside");
  }

  std::map<std::string, int> alive;
  std::vector<troupe::next> later;
  std::vector<troupe::ack> acks;
  server_bench bench;
  std::vector<std::unique_ptr<bench_client>> clients;
};

}  // namespace

TEST_CASE("whatever clients and handlers do, every socket ends once and nothing is left") {
  with_seeds(400, [](std::uint64_t seed) {
    world w(seed);
    for (int i = 0; i < 150; ++i) {
      w.client_acts();
      w.elsewhere();
      w.bench.run_some(w.draw(20));
    }
    if (seed % 2 == 0) {
      w.clients.clear();
      w.bench.run();
      w.bench.advance(2min);
      w.bench.check_nothing_left();
    } else {
      w.bench.stop();
    }
    for (const auto& [id, count] : w.alive) REQUIRE(count == 0);
  });
}
