#include <tests/catch.hpp>

#include <any>
#include <string>
#include <vector>

#include <tests/runtime/recovery_bench.hpp>
#include <tests/seeds.hpp>

using namespace std::chrono_literals;
using troupe::disconnect_reason;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::one_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

TEST_CASE("a client that comes back has its id, rooms, data and missed events again") {
  with_seeds(100, [](std::uint64_t seed) {
    strings seen;
    one_client all(seed);
    all.io.on_connection([&](troupe::socket& socket) {
      seen.push_back(socket.recovered() ? "recovered" : "new");
      if (socket.recovered()) {
        CHECK(std::any_cast<int>(socket.data()) == 7);
        CHECK(socket.rooms().contains("room"));
      }
      socket.data() = 7;
      socket.join("room");
      socket.on_disconnect(
          [&](disconnect_reason reason) { seen.emplace_back(troupe::name_of(reason)); });
    });
    all.join();
    all.io.emit("n", 1);
    all.settle();
    const std::string id = all.client.id;
    all.client.cut();
    all.io.to("room").emit("n", 2);
    all.bench.run();
    all.io.to(id).emit("n", 3);
    all.come_back();
    CHECK(all.client.is_recovered);
    CHECK(all.client.id == id);
    CHECK(all.client.heard("n") == strings{"1", "2", "3"});
    REQUIRE(seen.size() == 3);
    CHECK(seen[0] == "new");
    CHECK(seen[2] == "recovered");
    CHECK(all.counted(&counters::sockets_recovered) == 1);
  });
}

TEST_CASE("without the option nothing is told of recovery and no offset is sent") {
  server_bench bench(1);
  bench_client client(bench, over::websocket);
  client.join("/", "{\"pid\":\"somebody's\",\"offset\":\"1\"}");
  bench.run();
  bench.io().emit("n", 1);
  bench.run();
  REQUIRE(client.received_as("40").size() == 1);
  CHECK(client.received_as("40")[0] == "{\"sid\":\"" + client.id_in() + "\"}");
  CHECK(client.received_as("42") == strings{"[\"n\",1]"});
}

TEST_CASE("a client whose old connection is not known to be lost takes its socket over") {
  with_seeds(100, [](std::uint64_t seed) {
    strings ended;
    one_client all(seed);
    all.io.on_connection([&](troupe::socket& socket) {
      socket.on_disconnect(
          [&](disconnect_reason reason) { ended.emplace_back(troupe::name_of(reason)); });
    });
    all.join(seed % 2 == 0 ? over::polling : over::websocket);
    const std::string id = all.client.id;
    all.client.cut(true);
    all.io.emit("n", 1);
    all.come_back();
    CHECK(all.client.id == id);
    CHECK(all.client.heard("n") == strings{"1"});
    CHECK(ended == strings{"transport close"});
    CHECK(all.bench.subscribers("/") == 1);
  });
}

TEST_CASE("one pid never gives two sockets") {
  with_seeds(100, [](std::uint64_t seed) {
    one_client all(seed);
    all.join();
    all.io.emit("n", 1);
    all.settle();
    const std::string auth = all.client.auth();
    all.client.cut();
    if (seed % 2 == 0) all.bench.run();
    bench_client first(all.bench, over::websocket), second(all.bench, over::websocket);
    first.join("/", auth);
    second.join("/", auth);
    all.bench.run();
    CHECK(all.bench.subscribers("/") == 1);
    CHECK((first.is_closed || second.is_closed));
    CHECK_FALSE((first.is_closed && second.is_closed));
  });
}

TEST_CASE("a client that stayed away for too long is a new one") {
  with_seeds(20, [](std::uint64_t seed) {
    one_client all(seed, {.max_disconnection_duration = 2s});
    all.io.on_connection([](troupe::socket& socket) { CHECK_FALSE(socket.recovered()); });
    all.join();
    const std::string id = all.client.id;
    all.client.cut();
    all.bench.run();
    if (seed % 2 == 0) all.bench.advance(2001ms);
    if (seed % 2 == 1) all.bench.advance(1min);
    CHECK(all.bench.directory().saved_sockets == (seed % 2 == 0 ? 1 : 0));
    all.io.emit("n", 1);
    all.come_back();
    CHECK(all.client.connects == 2);
    CHECK(all.client.id != id);
    CHECK(all.client.heard("n").empty());
    CHECK(all.counted(&counters::sockets_not_recovered) == 1);
    all.io.emit("n", 2);
    all.settle();
    CHECK(all.client.heard("n") == strings{"2"});
  });
}

TEST_CASE("an idle client is recovered however long it idled and whatever others were sent") {
  with_seeds(20, [](std::uint64_t seed) {
    one_client all(seed, {.packets_max = 8});
    all.join();
    if (seed % 2 == 0) all.io.emit("n", 1);  // Else it has no offset at all.
    for (int round = 0; round < 5; ++round) {
      bench_client other(all.bench, over::websocket);
      other.join();
      all.bench.run();
      for (int i = 0; i < 10; ++i) all.io.to(other.id_in()).emit("n", i);
      all.bench.advance(10min);
    }
    all.client.take();
    all.client.cut();
    all.io.emit("n", 2);
    all.come_back();
    CHECK(all.client.is_recovered);
    CHECK(all.client.heard("n") == (seed % 2 == 0 ? strings{"1", "2"} : strings{"2"}));
  });
}

TEST_CASE("volatile events keep the client's offset right, and are not sent again") {
  with_seeds(50, [](std::uint64_t seed) {
    one_client all(seed);
    all.join();
    all.io.emit("n", 1, "text");
    all.io.volatile_().emit("n", 2, "text");
    all.settle();
    const std::string offset = all.client.offset;
    all.client.cut();
    all.io.volatile_().emit("n", 3, "text");
    all.io.emit("n", 4, "text");
    all.come_back();
    CHECK(all.client.is_recovered);
    CHECK(all.client.offset != offset);
    const strings heard = all.client.heard("n");
    CHECK(heard.front() == "1");
    CHECK(heard.back() == "4");
    CHECK(all.client.events.front().at(2).as_string() == "text");
  });
}

TEST_CASE("what was emitted to a room is due to who was in it then") {
  with_seeds(50, [](std::uint64_t seed) {
    one_client all(seed);
    all.io.on_connection([&](troupe::socket& socket) {
      if (socket.recovered()) return;
      socket.join("first");
      socket.on("move", [&] {
        socket.leave("first");
        socket.join("second");
        all.io.to("second").emit("moved", 0);
      });
    });
    all.join();
    auto& link = all.client.link();
    link.websocket->write_room = 0;  // Nothing more arrives.
    all.io.to("first").emit("n", 1);
    all.io.to("second").emit("n", 2);
    all.bench.run();
    link.send("42[\"move\"]");
    all.bench.run();
    all.io.to("first").emit("n", 3);
    all.io.to("second").emit("n", 4);
    all.bench.run();
    all.client.cut();
    all.io.to("first").emit("n", 5);
    all.io.to("second").emit("n", 6);
    all.come_back();
    CHECK(all.client.is_recovered);
    CHECK(all.client.heard("n") == strings{"1", "4", "6"});
  });
}

TEST_CASE("middlewares are run for who is recovered only if that is wanted") {
  with_seeds(20, [](std::uint64_t seed) {
    const bool skips = seed % 2 == 0;
    int asked = 0;
    one_client all(seed, {.skip_middlewares = skips});
    all.io.use([&](troupe::socket& socket, const troupe::next& next) {
      if (++asked == 3) return next.refuse("no more");
      CHECK(socket.recovered() == (asked == 2));
      next();
    });
    all.join();
    const std::string id = all.client.id;
    for (int times = 0; times < 2; ++times) {
      all.client.cut();
      all.io.emit("n", times);
      all.come_back();
    }
    CHECK(asked == (skips ? 1 : 3));
    CHECK(all.client.is_connected == skips);
    CHECK(all.client.heard("n") == (skips ? strings{"0", "1"} : strings{"0"}));
    CHECK(all.bench.directory().saved_sockets == 0);
  });
}

TEST_CASE("a socket that its client or the application ended is not recovered") {
  with_seeds(20, [](std::uint64_t seed) {
    one_client all(seed);
    all.io.on_connection(
        [](troupe::socket& socket) { socket.on("end", [&socket] { socket.disconnect(); }); });
    all.join();
    all.client.link().send(seed % 2 == 0 ? "41" : "42[\"end\"]");
    all.bench.run();
    CHECK(all.bench.directory().saved_sockets == 0);
    all.client.cut();
    all.come_back();
    CHECK(all.client.connects == 2);
    CHECK(all.counted(&counters::sockets_not_recovered) == 1);
  });
}

TEST_CASE("a client that is silent is cut off and recovered") {
  with_seeds(20, [](std::uint64_t seed) {
    one_client all(seed);
    all.join();
    all.client.link().answers_pings = false;
    all.bench.advance(50s);
    CHECK(all.bench.subscribers("/") == 0);
    CHECK(all.bench.directory().saved_sockets == 1);
    all.io.emit("n", 1);
    all.client.cut();
    all.come_back();
    CHECK(all.client.heard("n") == strings{"1"});
  });
}

TEST_CASE("a socket's data is there until the handler that ended it has returned") {
  with_seeds(20, [](std::uint64_t seed) {
    int seen = 0;
    const auto is_there = [&](troupe::socket& socket) {
      const auto* text = std::any_cast<std::string>(&socket.data());
      if (text != nullptr && *text == "mine") ++seen;
    };
    troupe::socket* first = nullptr;
    one_client all(seed);
    all.io.on_connection([&](troupe::socket& socket) {
      first = &socket;
      socket.data() = std::string("mine");
      socket.on("end", [&] {
        first = nullptr;
        socket.disconnect();
        is_there(socket);
      });
    });
    all.bench.of("/b").on_connection([&](troupe::socket& socket) {
      socket.on_disconnect([&](disconnect_reason) {
        if (first != nullptr) is_there(*first);
      });
    });
    all.join();
    all.client.link().join("/b");
    all.settle();
    if (seed % 2 == 0) {
      all.client.link().send("42[\"end\"]");
      all.bench.run();
    } else {
      all.client.cut();  // It ends before the other does.
      all.bench.run();
    }
    CHECK(seen == 1);
  });
}
