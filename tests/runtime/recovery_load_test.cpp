#include <tests/catch.hpp>

#include <any>
#include <map>
#include <string>
#include <vector>

#include <tests/runtime/recovering_client.hpp>
#include <tests/seeds.hpp>

using troupe::testing::bench_client;
using troupe::testing::recovering_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

namespace {

/// A server that numbers what it emits in every way, and one client that is to get it.
class load {
 public:
  load(std::uint64_t seed, unsigned shards)
      : bench_(seed, shards, options()), io_(bench_.io()), client_(bench_) {
    io_.on_connection([this](troupe::socket& socket) { serve(socket); });
    client_.connect(over::websocket);
    settle();
    sid_ = client_.id;
  }

  void cut_and_come_back() {
    emit_some();
    bench_.run_some(draw(120));
    client_.take();
    if (client_.is_connected && draw(2) == 0) client_.link().send("42[\"poke\"]");
    if (draw(4) == 0 && client_.link().websocket == nullptr) client_.link().upgrade();
    emit_some();
    bench_.run_some(draw(60));
    client_.cut(draw(3) == 0);
    emit_some();
    bench_.run_some(draw(60));
    client_.connect(draw(2) == 0 ? over::polling : over::websocket);
  }
  void settle() {
    bench_.run();
    client_.take();
  }
  void check() {
    settle();
    CHECK(client_.is_connected);
    CHECK(client_.heard("n") == due_);
    strings pokes;
    for (int i = 0; i < pokes_; ++i) pokes.push_back(std::to_string(i));
    CHECK(client_.heard("poked") == pokes);
    CHECK(client_.id == sid_);
    CHECK(client_.connects == 1);
    CHECK(client_.recoveries > 0);
    // A CONNECT that came late, from a connection long given up, may have made another socket.
    bench_.advance(std::chrono::minutes(2));
    CHECK(bench_.subscribers("/") == 1);
    client_.cut();
    bench_.advance(std::chrono::minutes(5));
    bench_.check_nothing_left();
    CHECK(bench_.directory().saved_sockets == 0);
  }

 private:
  static troupe::options options() {
    troupe::options user;
    user.connection_state_recovery.emplace();
    return user;
  }
  std::size_t draw(std::size_t below) { return bench_.random()() % below; }

  void serve(troupe::socket& socket) {
    if (socket.recovered()) {
      CHECK(std::any_cast<std::string>(socket.data()) == socket.id());
      CHECK(socket.rooms().contains("room"));
    } else {
      socket.join("room");
      socket.data() = socket.id();
    }
    socket.on("poke", [this, &socket] { socket.emit("poked", pokes_++); });
  }
  void emit_some() {
    for (std::size_t count = draw(5); count > 0; --count) emit();
  }
  void emit() {
    const std::size_t number = number_++;
    switch (draw(6)) {
      case 0:
        io_.to("elsewhere").emit("n", number);
        return;
      case 1:
        io_.except(sid_).emit("n", number);
        return;
      case 2:
        io_.volatile_().emit("volatile", number, "text");
        return;
      case 3:
        io_.to(sid_).emit("n", number);
        break;
      case 4:
        io_.to("room").to("elsewhere").emit("n", number);
        break;
      default:
        io_.emit("n", number);
    }
    due_.push_back(std::to_string(number));
  }

  int pokes_ = 0;
  server_bench bench_;
  troupe::nsp io_;
  recovering_client client_;
  std::string sid_;
  std::size_t number_ = 0;
  strings due_;
};

}  // namespace

TEST_CASE("a client cut a thousand times under load misses nothing and sees nothing twice") {
  with_seeds(3, [](std::uint64_t seed) {
    load all(seed, static_cast<unsigned>(1 + seed % 3));
    for (int cuts = 0; cuts < 1000; ++cuts) all.cut_and_come_back();
    all.check();
  });
}

TEST_CASE("however a few cuts fall, the client misses nothing and sees nothing twice") {
  with_seeds(200, [](std::uint64_t seed) {
    load all(seed, static_cast<unsigned>(1 + seed % 3));
    for (int cuts = 0; cuts < 8; ++cuts) all.cut_and_come_back();
    all.check();
  });
}
