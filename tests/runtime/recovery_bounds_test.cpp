#include <tests/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include <tests/runtime/recovery_bench.hpp>
#include <tests/seeds.hpp>

using namespace std::chrono_literals;
using troupe::connection_state_recovery_options;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::one_client;
using troupe::testing::recovering_client;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

TEST_CASE("who missed more events than are kept is not recovered, and memory is bounded") {
  with_seeds(20, [](std::uint64_t seed) {
    const bool by_bytes = seed % 2 == 0;
    one_client all(seed, by_bytes ? connection_state_recovery_options{.bytes_max = 10'000}
                                  : connection_state_recovery_options{.packets_max = 8});
    all.join();
    all.io.emit("n", 0);
    all.settle();
    all.client.cut();
    for (int i = 1; i < 20; ++i) all.io.emit("n", i, std::string(by_bytes ? 1000 : 1, 'x'));
    all.come_back();
    CHECK(all.client.connects == 2);
    CHECK(all.client.heard("n") == strings{"0"});
    CHECK(all.counted(&counters::recovery_packets_dropped) > 0);
    CHECK(all.counted(&counters::sockets_not_recovered) == 1);
  });
}

TEST_CASE("sockets past the bound are not saved, the oldest first") {
  with_seeds(20, [](std::uint64_t seed) {
    one_client all(seed, {.sessions_max = 2});
    std::vector<std::unique_ptr<recovering_client>> clients;
    for (int i = 0; i < 3; ++i) {
      clients.push_back(std::make_unique<recovering_client>(all.bench));
      clients.back()->connect(over::websocket);
      all.bench.run();
      clients.back()->take();
    }
    for (const auto& one : clients) {
      one->cut();
      all.bench.run();
    }
    CHECK(all.bench.directory().saved_sockets == 2);
    CHECK(all.counted(&counters::recovery_sessions_dropped) == 1);
    for (const auto& one : clients) {
      one->connect(over::websocket);
      all.bench.run();
      one->take();
    }
    CHECK(clients[0]->recoveries == 0);
    CHECK(clients[1]->recoveries == 1);
    CHECK(clients[2]->recoveries == 1);
  });
}

TEST_CASE("what a broadcaster knew dies with it, and clients come back as new ones") {
  with_seeds(100, [](std::uint64_t seed) {
    one_client all(seed);
    all.join();
    all.io.emit("n", 1);
    all.settle();
    all.client.cut();
    if (seed % 2 == 0) all.bench.run();
    all.client.connect(over::websocket);
    all.bench.run_some(all.bench.random()() % 100);
    caf::anon_send_exit(all.bench.broadcaster(), caf::exit_reason::kill);
    all.settle();
    if (!all.client.is_connected) {  // Claimed from the one that died: it has to come anew.
      CHECK(all.client.link().is_closed);
      all.come_back();
    }
    CHECK(all.client.is_connected);
    all.io.emit("n", 2);
    all.settle();
    CHECK(all.client.heard("n") == strings{"1", "2"});
    all.client.cut();
    all.bench.advance(5min);
    all.bench.check_nothing_left();
    CHECK(all.bench.directory().saved_sockets == 0);
  });
}

TEST_CASE("members that recovery does not know do not hide that somebody is away") {
  with_seeds(60, [](std::uint64_t seed) {
    one_client all(seed);
    bench_client unknown(all.bench, over::websocket);
    unknown.join();
    all.bench.run();
    // Whoever is there now is known to the next broadcaster by id only.
    caf::anon_send_exit(all.bench.broadcaster(), caf::exit_reason::kill);
    all.bench.run();
    all.join();
    all.io.emit("n", 1);
    all.settle();
    const std::string id = all.client.id;
    all.client.cut();
    all.bench.run();
    CHECK(all.bench.subscribers("/") == 1);
    all.io.to(id).emit("n", 2);
    all.bench.run();
    all.come_back();
    CHECK(all.client.is_recovered);
    CHECK(all.client.heard("n") == strings{"1", "2"});
  });
}
