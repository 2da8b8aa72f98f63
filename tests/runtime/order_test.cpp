#include <tests/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>

using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;

namespace {

enum class kind { all, direct, others, room };

struct emitted {
  kind how;
  std::string sender;
  bool sender_gets_it;
};

/// A namespace whose sockets emit bursts of numbers in every way, and what they emitted.
struct numbers {
  explicit numbers(server_bench& with) : bench(with), io(with.io()) {
    io.on_connection([this](troupe::socket& socket) {
      socket.on("go", [this, &socket](int count) {
        while (count-- > 0) emit(socket);
      });
    });
  }

  void emit(troupe::socket& socket) {
    if (bench.random()() % 5 == 0) {
      if (socket.rooms().contains("room"))
        socket.leave("room");
      else
        socket.join("room");
    }
    const auto how = static_cast<kind>(bench.random()() % 4);
    const std::size_t number = all.size();
    all.push_back({how, socket.id(),
                   how != kind::others && (how != kind::room || socket.rooms().contains("room"))});
    switch (how) {
      case kind::all:
        io.emit("n", number);
        return;
      case kind::direct:
        socket.emit("n", number);
        return;
      case kind::others:
        socket.broadcast().emit("n", number);
        return;
      case kind::room:
        io.to(std::string("room")).emit("n", number);
        return;
    }
  }

  /// What a client got of a sender's, less what depends on another's rooms.
  std::vector<std::size_t> got(const bench_client& who, const std::string& sender) const {
    std::vector<std::size_t> seen;
    for (const std::string& text : who.received_as("42[\"n\",")) {
      const std::size_t number = std::stoul(text);
      const bool is_own = sender == who.id_in();
      if (all[number].sender == sender && (is_own || all[number].how != kind::room))
        seen.push_back(number);
    }
    return seen;
  }
  std::vector<std::size_t> due(const bench_client& who, const std::string& sender) const {
    std::vector<std::size_t> due;
    const bool is_own = sender == who.id_in();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].sender == sender &&
          (is_own ? all[i].sender_gets_it : all[i].how == kind::all || all[i].how == kind::others))
        due.push_back(i);
    return due;
  }
  std::vector<std::size_t> broadcasts(const bench_client& who) const {
    std::vector<std::size_t> seen;
    for (const std::string& text : who.received_as("42[\"n\","))
      if (all[std::stoul(text)].how == kind::all) seen.push_back(std::stoul(text));
    return seen;
  }

  server_bench& bench;
  troupe::nsp io;
  std::vector<emitted> all;
};

}  // namespace

TEST_CASE("each socket sees one sender's emits in their order, and all see broadcasts in one") {
  std::uint64_t held = 0;
  with_seeds(300, [&](std::uint64_t seed) {
    troupe::options user;
    // Every other time the namespace must wait for its slowest shard, again and again.
    if (seed % 2 == 0) user.operations_under_way_max = 4;
    server_bench bench(seed, 1 + seed % 3, user);
    numbers emits(bench);
    std::vector<std::unique_ptr<bench_client>> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<bench_client>(
          bench, bench.random()() % 2 == 0 ? over::polling : over::websocket));
      clients.back()->join();
    }
    bench.run();
    for (int round = 0; round < 6; ++round) {
      for (const auto& one : clients) {
        one->send("42[\"go\"," + std::to_string(bench.random()() % 6) + "]");
        if (bench.random()() % 4 == 0 && one->websocket == nullptr) one->upgrade();
      }
      bench.run_some(bench.random()() % 60);
    }
    bench.run();
    for (const auto& who : clients) {
      REQUIRE_FALSE(who->is_closed);
      for (const auto& sender : clients)
        REQUIRE(emits.got(*who, sender->id_in()) == emits.due(*who, sender->id_in()));
      REQUIRE(emits.broadcasts(*who) == emits.broadcasts(*clients.front()));
    }
    held += bench.counted(&troupe::actors::counters::operations_held);
    clients.clear();
    bench.run();
    bench.check_nothing_left();
  });
  CHECK((held > 0 || troupe::testing::only_seed()));
}

TEST_CASE("a room is joined, emitted to and left within one handler") {
  with_seeds(200, [](std::uint64_t seed) {
    server_bench bench(seed, 1 + seed % 3);
    const troupe::nsp io = bench.io();
    io.on_connection([&](troupe::socket& socket) {
      socket.on("go", [&] {
        io.to(std::string("room")).emit("n", 1);
        socket.join("room");
        io.to(std::string("room")).emit("n", 2);
        socket.leave("room");
        io.to(std::string("room")).emit("n", 3);
      });
    });
    bench_client a(bench, over::websocket), b(bench, over::polling);
    for (bench_client* one : {&a, &b}) {
      one->join();
      one->send("42[\"go\"]");
    }
    bench.run();
    for (const bench_client* one : {&a, &b}) {
      CHECK(one->count("42[\"n\",2]") >= 1);
      // The other may have been in the room just then: never more than its own and the other's.
      CHECK(one->received_as("42").size() <= 5);
    }
  });
}

TEST_CASE("what is emitted before a disconnect packet is delivered before it") {
  with_seeds(200, [](std::uint64_t seed) {
    server_bench bench(seed, 1 + seed % 3);
    const troupe::nsp io = bench.io();
    const bool closes = seed % 2 == 0;
    io.on_connection([&](troupe::socket& socket) {
      socket.on("go", [&] {
        io.emit("n", 1);
        socket.emit("n", 2);
        io.emit("n", 3);
        socket.disconnect(closes);
        socket.emit("n", 4);
        io.emit("n", 5);
      });
    });
    const troupe::nsp other = bench.of("/other");
    bench_client client(bench, seed % 3 == 0 ? over::polling : over::websocket);
    client.join();
    client.join("/other");
    bench.run();
    client.received.clear();
    client.send("42[\"go\"]");
    bench.run();
    std::vector<std::string> expected{"42[\"n\",1]", "42[\"n\",2]", "42[\"n\",3]", "41"};
    std::vector<std::string> got;
    for (const std::string& packet : client.received)
      if (packet.starts_with("42") || packet == "41") got.push_back(packet);
    CHECK(got == expected);
    CHECK(client.is_closed == closes);
    CHECK(client.count("41/other,") == (closes ? 1 : 0));
    CHECK(bench.subscribers("/") == 0);
    CHECK(bench.subscribers("/other") == (closes ? 0 : 1));
  });
}

TEST_CASE("a client that leaves and comes back in one burst gets a new socket") {
  with_seeds(200, [](std::uint64_t seed) {
    std::map<std::string, int> ended;
    std::vector<std::string> said;
    server_bench bench(seed, 1 + seed % 3);
    const troupe::nsp io = bench.io();
    io.on_connection([&](troupe::socket& socket) {
      io.emit("came");
      socket.on("say", [&](int number) {
        said.push_back(socket.id() + std::to_string(number));
        socket.emit("heard", number);
      });
      socket.on_disconnect([&ended, id = socket.id()](troupe::disconnect_reason) { ++ended[id]; });
    });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    for (const char* packet :
         {"40", "42[\"say\",1]", "41", "40", "42[\"say\",2]", "41", "40", "42[\"say\",3]"})
      client.send(packet);
    bench.run();
    const auto replies = client.received_as("40{\"sid\":\"");
    REQUIRE(replies.size() == 3);
    CHECK(ended.size() == 2);
    REQUIRE(said.size() == 3);
    for (std::size_t i = 0; i < 3; ++i)
      CHECK(said[i] == replies[i].substr(0, 20) + std::to_string(i + 1));
    CHECK(client.count("42[\"heard\",3]") == 1);
    CHECK(bench.subscribers("/") == 1);
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}
