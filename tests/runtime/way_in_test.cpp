#include <tests/catch.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/connection_actor.hpp>
#include <troupe/actors/counters.hpp>

using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

TEST_CASE("a middleware sees what the client came with") {
  std::string seen;
  server_bench bench(1);
  bench.io().use([&](troupe::socket& socket, troupe::next next) {
    const troupe::handshake with = socket.handshake();
    seen = std::string(with.auth.json()) + " " + std::string(with.client.parameter("room")) + " " +
           std::string(with.client.header("host")) + " " + with.client.address;
    next();
  });
  bench_client client(bench, over::websocket, "&room=first&room=a%20b");
  client.join("/", "{\"token\":7}");
  bench.run();
  CHECK(seen == "{\"token\":7} a b h 192.0.2.1:4711");
  CHECK(client.id_in().size() == 20);
}

TEST_CASE("a client that is refused is told why, and may ask again") {
  with_seeds(50, [](std::uint64_t seed) {
    int connected = 0;
    server_bench bench(seed, 2);
    bench.io().use([](troupe::socket& socket, troupe::next next) {
      if (socket.handshake().auth.json() == "{\"ok\":true}") return next();
      next.refuse("not you", *troupe::value::from_json("{\"code\":7}"));
      next();  // Too late.
    });
    bench.io().on_connection([&](troupe::socket&) { ++connected; });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    bench.run();
    CHECK(client.received_as("4") == strings{"4{\"message\":\"not you\",\"data\":{\"code\":7}}"});
    CHECK(connected == 0);
    CHECK(bench.counted(&troupe::actors::counters::sockets_refused) == 1);
    client.join("/", "{\"ok\":true}");
    bench.run();
    CHECK(client.id_in().size() == 20);
    CHECK(connected == 1);
  });
}

TEST_CASE("a socket that is refused listens to nothing any more") {
  server_bench bench(1);
  bench.io().use([](troupe::socket& socket, troupe::next next) {
    socket.on_any_outgoing([](std::string_view, const troupe::arguments&) {});
    next.refuse("no");
  });
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  CHECK(client.received_as("44").size() == 1);
  CHECK_FALSE(bench.directory().find("/")->has_outgoing_watchers());
}

TEST_CASE("a namespace that nobody opened is refused, and costs the client nothing else") {
  server_bench bench(1);
  bench_client client(bench, over::websocket);
  client.join("/nope");
  client.join();
  bench.run();
  CHECK(client.received_as("44") == strings{"/nope,{\"message\":\"Invalid namespace\"}"});
  CHECK(client.id_in().size() == 20);
}

TEST_CASE("an event right behind its CONNECT is handled after the connect handler") {
  with_seeds(100, [](std::uint64_t seed) {
    strings happened;
    std::optional<troupe::next> kept;
    server_bench bench(seed, 1 + seed % 2);
    bench.io().use([&](troupe::socket&, troupe::next next) { kept = next; });
    bench.io().on_connection([&](troupe::socket& socket) {
      happened.push_back("connection");
      socket.on("a", [&](int number) { happened.push_back(std::to_string(number)); });
      socket.emit("hello");
    });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    client.send("42[\"a\",1]");
    client.send("42[\"a\",2]");
    bench.run();
    REQUIRE(kept);
    CHECK(happened.empty());
    CHECK(client.received_as("4").empty());
    (*kept)();
    (*kept)();
    kept->refuse("too late");
    bench.run();
    CHECK(happened == strings{"connection", "1", "2"});
    REQUIRE(client.received_as("4").size() == 2);
    CHECK(client.received_as("4")[0].starts_with("0{\"sid\""));
  });
}

TEST_CASE("what is refused below Engine.IO is counted and told of") {
  troupe::options user;
  user.max_http_buffer_size = 1000;
  server_bench bench(1, 1, user);
  bench_client polling(bench, over::polling), first(bench, over::websocket);
  bench.run();
  const auto told = [&](std::string_view text) {
    return std::count(bench.log().begin(), bench.log().end(), text);
  };
  polling.send(std::string(1001, '6'));
  bench.run();
  CHECK(polling.post_statuses == std::vector<unsigned>{413});
  CHECK(bench.counted(&troupe::actors::counters::requests_refused) == 1);
  CHECK(told("request refused with HTTP status 413: it exceeds a limit") == 1);
  first.send(std::string(1001, '6'));
  bench.run();
  CHECK(first.is_closed);
  CHECK(bench.counted(&troupe::actors::counters::requests_refused) == 2);
  CHECK(told("client closed with WebSocket code 1009: its message exceeds a limit") == 1);
}

TEST_CASE("a client that breaks the protocol of joining is closed") {
  const strings bursts[] = {{"42[\"early\"]"},
                            {"40", "40"},
                            {"40", "44{\"message\":\"I am no server\"}"},
                            {"41/other,"},
                            {"40/a,", "40/b,", "40/c,"},
                            {"4x"},
                            {"42[\"disconnect\"]"}};
  for (const strings& packets : bursts) {
    CAPTURE(packets);
    troupe::options user;
    user.namespaces_per_client_max = 2;
    server_bench bench(1, 2, user);
    for (const char* name : {"/a", "/b", "/c"}) bench.of(name);
    bench_client client(bench, over::websocket), other(bench, over::websocket);
    other.join();
    bench.run();
    for (const std::string& packet : packets) client.send(packet);
    bench.run();
    CHECK(client.is_closed);
    CHECK(bench.counted(&troupe::actors::counters::packets_malformed) == 1);
    CHECK_FALSE(other.is_closed);
    other.leave();
    bench.run();
    bench.check_nothing_left();
  }
}

TEST_CASE("an early event that a middleware then holds takes its credit once") {
  std::optional<troupe::next> lets_in, goes_on;
  std::size_t withheld = 99;
  troupe::socket* there = nullptr;
  server_bench bench(1);
  bench.io().use([&](troupe::socket&, troupe::next next) { lets_in = next; });
  bench.io().on_connection([&](troupe::socket& socket) {
    there = &socket;
    socket.use([&](const troupe::event&, troupe::next next) { goes_on = next; });
  });
  bench_client client(bench, over::websocket);
  client.join();
  client.send("42[\"early\"]");
  bench.run();
  REQUIRE(lets_in);
  (*lets_in)();
  bench.run();
  REQUIRE(goes_on);
  const auto look = [&] {
    there->executor().post(
        [&] { withheld = troupe::actors::connection_actor::current()->connection()->withheld; });
    bench.run();
    return withheld;
  };
  CHECK(look() == 1);
  (*goes_on)();
  CHECK(look() == 0);
}
