#include <tests/catch.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::admission;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;

namespace {

/// A server that lets in whom the test says, when it says so.
struct asking_server {
  explicit asking_server(std::uint64_t seed) : bench(seed, 1 + seed % 3, asking()) {}

  troupe::options asking() {
    troupe::options user;
    user.allow_request = [this](const troupe::transport::http_request&, admission answer) {
      asked.push_back(std::move(answer));
    };
    return user;
  }
  std::shared_ptr<troupe::harness::wire> request(const std::string& target) {
    auto wire = bench.open_connection();
    wire->incoming = "GET /socket.io/?EIO=4&" + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    bench.run();
    return wire;
  }
  std::uint64_t refused() const {
    return bench.counted(&troupe::actors::counters::requests_refused);
  }

  std::vector<admission> asked;
  server_bench bench;
};

bool begins_with(const std::string& text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

/// What a hook found out, which may break when it is copied.
struct brittle {
  explicit brittle(const bool& breaks_) : breaks(&breaks_) {}
  brittle(const brittle& other) : breaks(other.breaks) {
    if (*breaks) throw std::runtime_error("it broke");
  }
  const bool* breaks;
};

}  // namespace

TEST_CASE("a client waits for the answer about it, and joins when it comes") {
  with_seeds(100, [](std::uint64_t seed) {
    asking_server t(seed);
    bench_client client(t.bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    t.bench.run();
    REQUIRE(t.asked.size() == 1);
    CHECK(client.received.empty());
    t.bench.advance(5s);
    t.asked[0].accept();
    t.asked[0].refuse();
    t.bench.run();
    CHECK_FALSE(client.id_in().empty());
    CHECK(t.asked.size() == 1);
    client.leave();
    t.bench.run();
    t.bench.check_nothing_left();
  });
}

TEST_CASE("a client may go at any time while it waits") {
  with_seeds(200, [](std::uint64_t seed) {
    asking_server t(seed);
    auto client =
        std::make_unique<bench_client>(t.bench, seed % 2 == 0 ? over::polling : over::websocket);
    t.bench.run_some(seed % 40);
    if (seed % 3 != 0) client->vanish();
    t.bench.run_some(seed % 7);
    for (const admission& answer : t.asked) answer.accept();
    t.bench.run_some(seed % 11);
    client->vanish();
    t.bench.run();
    for (const admission& answer : t.asked) answer.accept();
    t.bench.run();
    client.reset();
    // Who was let in, and went between two polls, is missed when it does not answer a ping.
    t.bench.advance(60s);
    t.bench.check_nothing_left();
  });
}

TEST_CASE("a hook that does not answer in time costs its request a 503") {
  with_seeds(20, [](std::uint64_t seed) {
    asking_server t(seed);
    const auto wire = t.request("transport=polling");
    t.bench.advance(9'999ms);
    CHECK(wire->written.empty());
    t.bench.advance(1ms);
    CHECK(begins_with(wire->written, "HTTP/1.1 503 "));
    CHECK(t.refused() == 1);
    t.asked[0].accept();
    wire->incoming_end = true;
    t.bench.run();
    CHECK(t.bench.sessions() == 0);
    t.bench.check_nothing_left();
  });
}

TEST_CASE("a server that ends waits for no hook, and answers may come when it is gone") {
  std::vector<admission> asked;
  with_seeds(20, [&](std::uint64_t seed) {
    asking_server t(seed);
    const auto wire = t.request("transport=polling");
    const auto began = t.bench.now();
    t.bench.stop();
    CHECK(t.bench.now() == began);
    CHECK(begins_with(wire->written, "HTTP/1.1 503 "));
    asked = t.asked;
  });
  for (const admission& answer : asked) answer.accept();
}

TEST_CASE("an answer that is on its way when its time is over counts") {
  with_seeds(20, [](std::uint64_t seed) {
    asking_server t(seed);
    const auto wire = t.request("transport=polling");
    t.asked[0].refuse("Banned");
    t.bench.advance(20s);
    CHECK(begins_with(wire->written, "HTTP/1.1 403 "));
    CHECK(t.refused() == 1);
  });
}

TEST_CASE("a context that cannot be copied costs its request a 500") {
  with_seeds(20, [](std::uint64_t seed) {
    bool breaks = false;
    asking_server t(seed);
    const auto wire = t.request("transport=polling");
    t.asked[0].accept(brittle(breaks));
    breaks = true;
    t.bench.run();
    CHECK(begins_with(wire->written, "HTTP/1.1 500 "));
    CHECK(t.bench.sessions() == 0);
    wire->incoming_end = true;
    t.bench.run();
    t.bench.check_nothing_left();
  });
}
