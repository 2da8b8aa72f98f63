#include <tests/catch.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/client_messages.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

TEST_CASE("what is asked of a full namespace from outside is refused, and said to be") {
  int found = 0;
  troupe::options user;
  user.emits_under_way_max = 1;
  server_bench bench(1, 2, user);
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  const troupe::nsp io = bench.io();
  auto all = io.fetch_sockets();
  bench.run();
  const troupe::remote_socket remote = all.get().at(0);
  auto fills = bench.directory().open("/")->outside().admit(1);
  CHECK_FALSE(io.sockets_join("r"));
  CHECK_FALSE(io.sockets_leave("r"));
  CHECK_FALSE(io.disconnect_sockets());
  CHECK_FALSE(remote.join("r"));
  CHECK_FALSE(remote.leave("r"));
  CHECK_FALSE(remote.disconnect());
  CHECK_FALSE(remote.emit("n"));
  CHECK_FALSE(io.fetch_sockets([&](const auto&) { ++found; }));
  CHECK_THROWS_AS(io.fetch_sockets().get(), std::length_error);
  troupe::actors::tell(io.actor(), troupe::disconnect_clients{{client.id_in()}});
  bench.run();
  CHECK(found == 0);
  CHECK(client.count("41") == 0);
  CHECK(bench.log() == strings{"message of an actor dropped: too many operations wait"});
  fills.reset();
  CHECK(io.fetch_sockets([&](const auto& sockets) { found += static_cast<int>(sockets.size()); }));
  bench.run();
  CHECK(found == 1);
  CHECK(io.disconnect_sockets());
  bench.run();
  CHECK(client.count("41") == 1);
}
