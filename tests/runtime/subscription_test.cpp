#include <tests/catch.hpp>

#include <map>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>

using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

namespace {

/// An embedder's actor system.
struct foreign_system {
  foreign_system() : system((troupe::init_actor_types(), configured(config))) {}
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    troupe::actors::configure(config, 1);
    return config;
  }
  caf::actor_system_config config;
  caf::actor_system system;
};

/// An actor of the user's: notes what it hears of each socket, and answers. On a unit of the
/// bench's, so that its messages are drawn from the seed like all others.
class listener final : public troupe::actors::pinned_actor {
 public:
  listener(caf::actor_config& config, troupe::nsp io, std::map<std::string, strings>& heard)
      : pinned_actor(config), io_(std::move(io)), heard_(heard) {}

  caf::behavior make_behavior() override {
    return {
        [this](const troupe::client_connected& message) {
          heard_[message.sid].push_back("connected " + message.nsp);
          io_.to(message.sid).emit("welcome");
        },
        [this](const troupe::client_event& message) {
          heard_[message.sid].push_back(message.event);
          message.reply("heard", message.values.size());
          io_.emit("said", message.values);
          if (message.event == "quit") quit();
        },
        [this](const troupe::client_disconnected& message) {
          heard_[message.sid].push_back("disconnected");
        },
    };
  }

 private:
  troupe::nsp io_;
  std::map<std::string, strings>& heard_;
};

caf::actor spawn_listener(foreign_system& embedder, server_bench& bench,
                          std::map<std::string, strings>& heard) {
  return troupe::actors::spawn_on<listener>(embedder.system, bench.unit(0), bench.io(), heard);
}

}  // namespace

TEST_CASE("an actor of the user's hears all of a client, in order, and answers") {
  with_seeds(100, [](std::uint64_t seed) {
    foreign_system embedder;
    std::map<std::string, strings> heard;
    {
      server_bench bench(seed, 1 + seed % 3, {}, &embedder.system);
      caf::actor user = spawn_listener(embedder, bench, heard);
      bench.io().subscribe(user);
      bench.io().on_connection([](troupe::socket& socket) {
        socket.on("leave", [&socket] { socket.disconnect(); });
        socket.on("throw", [] { throw 1; });
      });
      bench_client a(bench, over::websocket), b(bench, over::polling);
      for (bench_client* one : {&a, &b}) one->join();
      bench.run();
      CHECK(a.count("42[\"welcome\"]") == 1);
      a.send("427[\"chat\",1,2]");
      bench.run();
      CHECK(a.received_as("43") == strings{"7[\"heard\",2]"});
      for (const bench_client* one : {&a, &b}) CHECK(one->count("42[\"said\",1,2]") == 1);
      const std::string first = a.id_in(), second = b.id_in();
      a.send(seed % 2 == 0 ? "42[\"leave\"]" : "42[\"throw\"]");
      b.vanish();
      bench.run();
      CHECK(heard[first] ==
            strings{"connected /", "chat", seed % 2 == 0 ? "leave" : "throw", "disconnected"});
      CHECK(heard[second] == strings{"connected /", "disconnected"});
      caf::anon_send_exit(user, caf::exit_reason::user_shutdown);
      user = {};
      bench.run();
      CHECK(bench.directory().find("/")->current()->subscribers.empty());
      a.leave();
      bench.run();
      bench.check_nothing_left();
    }
    CHECK(embedder.system.registry().running() == 0);
  });
}

TEST_CASE("an actor of the user's that ends is sent no more, and clients do not notice") {
  with_seeds(50, [](std::uint64_t seed) {
    foreign_system embedder;
    std::map<std::string, strings> heard;
    server_bench bench(seed, 1 + seed % 3, {}, &embedder.system);
    bench.io().subscribe(spawn_listener(embedder, bench, heard));
    bench_client a(bench, over::websocket);
    a.join();
    a.send("42[\"quit\"]");
    a.send("421[\"after\"]");
    bench.run();
    bench_client b(bench, over::websocket);
    b.join();
    bench.run();
    CHECK(b.id_in().size() == 20);
    CHECK_FALSE(a.is_closed);
    CHECK(heard.size() == 1);
    CHECK(bench.directory().find("/")->current()->subscribers.empty());
  });
}

TEST_CASE("two servers in one actor system keep to themselves") {
  with_seeds(30, [](std::uint64_t seed) {
    foreign_system embedder;
    server_bench bench(seed, 1 + seed % 3, {}, &embedder.system);
    {
      server_bench second(seed + 1, 1 + seed % 2, {}, &embedder.system);
      const troupe::nsp other = second.io();
      bench.io().on_connection([other](troupe::socket& socket) {
        socket.on("across", [&socket, other] {
          other.emit("from the first");
          socket.emit("done");
        });
      });
      bench_client a(bench, over::websocket), b(second, over::websocket);
      a.join();
      b.join();
      bench.run();
      second.run();
      a.send("42[\"across\"]");
      bench.run();
      second.run();
      CHECK(a.received_as("42") == strings{"[\"done\"]"});
      CHECK(b.received_as("42") == strings{"[\"from the first\"]"});
      a.leave();
      bench.run();
    }
  });
}

TEST_CASE("a server that never ran ends, and leaves the embedder's system alone") {
  foreign_system embedder;
  {
    troupe::options user;
    user.threads = 2;
    troupe::server io(embedder.system, user);
    io.of("/admin").on_connection([](troupe::socket&) {});
    io.emit("nobody is there");
    io.close();
    CHECK(io.wait());
    io.of("/late").emit("nobody");
    CHECK(io.stats().clients == 0);
  }
  CHECK(embedder.system.registry().running() == 0);
}
