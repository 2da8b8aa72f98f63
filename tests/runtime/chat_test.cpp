#include <tests/catch.hpp>

#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>

using namespace std::chrono_literals;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;

namespace {

over drawn_transport(server_bench& bench) {
  return bench.random()() % 2 == 0 ? over::polling : over::websocket;
}

}  // namespace

TEST_CASE("what one client says reaches all, itself included, and nothing is left of them") {
  with_seeds(200, [](std::uint64_t seed) {
    std::vector<troupe::disconnect_reason> reasons;
    server_bench bench(seed, 1 + seed % 3);
    const troupe::nsp io = bench.io();
    io.on_connection([&](troupe::socket& socket) {
      socket.on("chat", [&](const troupe::value& text) { io.emit("chat", text); });
      socket.on_disconnect([&](troupe::disconnect_reason why) { reasons.push_back(why); });
    });
    std::vector<std::unique_ptr<bench_client>> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<bench_client>(bench, drawn_transport(bench)));
      clients.back()->join();
    }
    bench.run();
    for (const auto& one : clients) REQUIRE(one->id_in().size() == 20);
    CHECK(bench.subscribers("/") == 4);
    clients[0]->send("42[\"chat\",\"hi\"]");
    bench.run();
    for (const auto& one : clients)
      CHECK(one->received_as("42") == std::vector<std::string>{"[\"chat\",\"hi\"]"});
    clients[0]->send("41");
    bench.run();
    CHECK(reasons == std::vector{troupe::disconnect_reason::client_namespace_disconnect});
    CHECK(bench.subscribers("/") == 3);
    clients[1]->vanish();
    clients[2]->leave();
    bench.run();
    clients.clear();
    bench.run();
    CHECK(reasons.size() == 4);
    bench.check_nothing_left();
  });
}
