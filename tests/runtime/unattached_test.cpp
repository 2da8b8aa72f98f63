#include <tests/catch.hpp>

#include <string>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>

using namespace std::chrono_literals;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;

// Sessions that open just as the server ends: their actors are still on their way.

TEST_CASE("a drain ends with a session whose actor comes too late") {
  with_seeds(300, [](std::uint64_t seed) {
    server_bench bench(seed, 1 + seed % 3);
    bench.io().on_connection([](troupe::socket&) {});
    bench_client there(bench, over::polling);
    there.join();
    bench.run();
    bench_client coming(bench, seed % 2 == 0 ? over::polling : over::websocket);
    coming.join();
    bench.run_some(bench.random()() % 40);
    bench.server().drain(0ms, 0ms);
    bench.run();
    bench.advance(1s);
    REQUIRE(bench.is_stopped());
    CHECK(bench.sessions() == 0);
  });
}

TEST_CASE("a session that opens as the server stops does not keep it waiting") {
  with_seeds(300, [](std::uint64_t seed) {
    server_bench bench(seed, 1 + seed % 3);
    bench_client coming(bench, seed % 2 == 0 ? over::polling : over::websocket);
    bench.run_some(bench.random()() % 40);
    bench.server().close();
    bench.run();
    coming.leave();
    bench.run();
    CHECK(bench.is_stopped());
    CHECK(bench.sessions() == 0);
  });
}
