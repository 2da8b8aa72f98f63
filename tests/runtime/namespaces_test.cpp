#include <tests/catch.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

namespace {

troupe::nsp parent(server_bench& bench, const std::string& prefix) {
  return {bench.directory(),
          bench.directory().names().add_parent(
              {}, [prefix](const std::string& name) { return name.starts_with(prefix); })};
}

}  // namespace

TEST_CASE("child namespaces come and go with their sockets, and leave nothing") {
  with_seeds(150, [](std::uint64_t seed) {
    std::map<std::string, int> alive;
    int mistaken = 0;
    troupe::options user;
    user.cleanup_empty_child_namespaces = true;
    user.broadcaster_restarts_max = 1000;
    server_bench bench(seed, 1 + seed % 3, user);
    auto& random = bench.random();
    const auto name = [&] { return "/d" + std::to_string(random() % 5); };
    const troupe::nsp children = parent(bench, "/d");
    // A handle that is kept for longer than what it names.
    auto stale = std::make_shared<std::vector<troupe::nsp>>();
    children.on_connection([&, stale](troupe::socket& socket) {
      const std::string here = socket.nsp().name();
      ++alive[here];
      if (random() % 4 == 0) stale->push_back(socket.nsp());
      socket.on_disconnect([&, here](troupe::disconnect_reason) { --alive[here]; });
      socket.on("say", [&, here, stale] {
        socket.nsp().emit("said", here);
        bench.of(here).emit("said", here);
        if (!stale->empty()) {
          const troupe::nsp& old = (*stale)[random() % stale->size()];
          old.emit("said", old.name());
        }
        if (random() % 4 == 0) children.emit("all");
        if (random() % 6 == 0) socket.disconnect();
      });
    });
    {
      std::vector<std::unique_ptr<bench_client>> all;
      for (int i = 0; i < 80; ++i) {
        if (all.size() < 5) {
          all.push_back(std::make_unique<bench_client>(
              bench, random() % 2 == 0 ? over::polling : over::websocket));
          all.back()->join(name());
        }
        bench_client& one = *all[random() % all.size()];
        const std::string there = name();
        switch (random() % 6) {
          case 0:
            one.send("41" + there + ",");
            break;
          case 1:
            if (one.id_in(there).empty()) one.join(there);
            break;
          case 2:
            if (random() % 3 == 0) one.vanish();
            break;
          default:
            one.send("42" + there + ",[\"say\"]");
        }
        bench.run_some(random() % 60);
        for (const auto& listed : all)
          for (const std::string& packet : listed->received_as("42"))
            if (packet.find("\"said\"") != packet.npos) {
              const std::string in = packet.substr(0, packet.find(','));
              if (packet.find("[\"said\",\"" + in + "\"]") == packet.npos) ++mistaken;
            }
      }
      for (auto& one : all) one->leave();
      bench.run();
    }
    CHECK(mistaken == 0);
    bench.advance(1min);
    for (const auto& [where, count] : alive) CHECK(count == 0);
    // Only those are left that of() made without anybody joining.
    for (const auto& entry : bench.directory().all()) {
      CHECK_FALSE(entry->is_retired());
      CHECK(entry->index() < 16);
    }
    bench.check_nothing_left();
  });
}

TEST_CASE("a parent that answers late, never, or throws holds up one client only") {
  std::vector<troupe::next> asked;
  server_bench bench(1, 2);
  bench.directory().names().add_parent(
      [&](const std::string& name, const troupe::value&, const troupe::next& go_on) {
        if (name == "/throws") throw 1;
        asked.push_back(go_on);
      },
      {});
  bench_client a(bench, over::websocket), b(bench, over::websocket);
  a.join("/");
  a.join("/late");
  a.join("/throws");
  b.join("/never");
  a.send("42/late,[\"early\"]");
  bench.run();
  CHECK(a.received_as("44/throws,") == strings{"{\"message\":\"Invalid namespace\"}"});
  CHECK_FALSE(a.id_in("/").empty());
  REQUIRE(asked.size() == 2);
  asked[0]();
  asked[0].refuse("too late");
  bench.run();
  CHECK(a.id_in("/late").empty() != b.id_in("/never").empty());
  a.leave();
  b.leave();
  bench.run();
  for (const auto& go_on : asked) go_on();
  bench.run();
  bench.check_nothing_left();
}

TEST_CASE("rooms are told of as their members come and go") {
  strings told;
  server_bench bench(1, 1);
  const troupe::nsp io = bench.io();
  io.on_create_room([&](const std::string& room) { told.push_back("create " + room); });
  io.on_delete_room([&](const std::string& room) { told.push_back("delete " + room); });
  io.on_join_room([&](const std::string& room, const std::string& sid) {
    told.push_back("join " + room + " " + sid);
  });
  io.on_leave_room([&](const std::string& room, const std::string& sid) {
    told.push_back("leave " + room + " " + sid);
    throw 1;
  });
  io.on_connection([](troupe::socket& socket) {
    socket.join({"r", "s", "r"});
    socket.on("leave", [&] { socket.leave("s"); });
  });
  bench_client a(bench, over::websocket), b(bench, over::websocket);
  a.join();
  bench.run();
  const std::string one = a.id_in();
  CHECK(told == strings{"create " + one, "join " + one + " " + one, "create r", "join r " + one,
                        "create s", "join s " + one});
  told.clear();
  b.join();
  bench.run();
  const std::string two = b.id_in();
  CHECK(told ==
        strings{"create " + two, "join " + two + " " + two, "join r " + two, "join s " + two});
  told.clear();
  caf::anon_send_exit(bench.broadcaster(), caf::exit_reason::kill);
  bench.run();
  CHECK(told.empty());
  a.send("42[\"leave\"]");
  io.in(two).sockets_leave("s");
  bench.run();
  REQUIRE(told.size() == 3);
  std::sort(told.begin(), told.begin() + 2);
  strings expected{"leave s " + one, "leave s " + two};
  std::sort(expected.begin(), expected.end());
  expected.push_back("delete s");
  CHECK(told == expected);
  told.clear();
  a.leave();
  bench.run();
  CHECK(told == strings{"leave r " + one, "leave " + one + " " + one, "delete " + one});
}

TEST_CASE("what a client is refused, however often, is remembered within a bound") {
  troupe::options user;
  user.namespaces_per_client_max = 4;
  server_bench bench(1, 1, user);
  const troupe::nsp judged{bench.directory(),
                           bench.directory().names().add_parent(
                               {}, [](const std::string& name) { return name == "/never"; })};
  bench_client client(bench, over::websocket);
  client.join();
  for (int i = 0; i < 1000; ++i) client.join("/x" + std::to_string(i));
  bench.run();
  CHECK(client.received_as("44").size() == 1000);
  // Sent before it could know.
  for (int i = 996; i < 1000; ++i) client.send("42/x" + std::to_string(i) + ",[\"early\"]");
  bench.run();
  CHECK_FALSE(client.is_closed);
  client.send("42/x995,[\"of long ago\"]");
  bench.run();
  CHECK(client.is_closed);
}

TEST_CASE("a verdict counts for what was asked, not for what is asked next") {
  with_seeds(20, [](std::uint64_t seed) {
    std::vector<troupe::next> asked;
    server_bench bench(seed, 1 + seed % 2);
    const auto judge = [&](bool throws) {
      bench.directory().names().add_parent(
          [&asked, throws](const std::string&, const troupe::value&, troupe::next next) {
            asked.push_back(std::move(next));
            if (throws) throw 1;
          },
          {});
    };
    judge(true);
    judge(false);
    bench_client client(bench, over::websocket);
    client.join("/d");
    bench.run();
    REQUIRE(asked.size() == 2);
    asked[0]();
    bench.run();
    CHECK(client.id_in("/d").empty());
    asked[1].refuse("no");
    bench.run();
    CHECK(client.received_as("44").size() == 1);
    CHECK(bench.directory().find("/d") == nullptr);
  });
}

TEST_CASE("what handlers hold may use their namespace as it goes") {
  struct subscribed {
    troupe::nsp to;
    caf::actor who;
    int& gone;
    ~subscribed() {
      to.unsubscribe(who);
      to.emit("bye");
      ++gone;
    }
  };
  int gone = 0;
  troupe::options user;
  user.cleanup_empty_child_namespaces = true;
  {
    server_bench bench(1, 2, user);
    const troupe::nsp children = parent(bench, "/d");
    const caf::actor who = bench.broadcaster();
    const auto hold = [&](const troupe::nsp& n) {
      const std::shared_ptr<subscribed> kept(new subscribed{n, who, gone});
      n.on_connection([kept](troupe::socket&) {});
    };
    bench.directory().names().on_new([&](const troupe::actors::namespace_ptr& made) {
      hold({bench.directory(), made});
    });
    bench_client client(bench, over::websocket);
    client.join("/d1");
    bench.run();
    CHECK_FALSE(client.id_in("/d1").empty());
    client.leave();
    bench.run();
    CHECK(gone == 1);
    hold(bench.io());
  }
  CHECK(gone == 2);
}
