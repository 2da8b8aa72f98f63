#include <tests/catch.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/messages.hpp>

using troupe::subscription_options;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

namespace {

/// An actor of the user's that notes what it hears, and keeps the events while it is told to.
class hearer final : public troupe::actors::pinned_actor {
 public:
  struct notes {
    strings heard;
    bool keeps = false;
    std::vector<troupe::client_event> kept;
  };
  hearer(caf::actor_config& config, notes& into) : pinned_actor(config), notes_(into) {}

  caf::behavior make_behavior() override {
    return {
        [this](const troupe::client_connected&) { notes_.heard.push_back("connected"); },
        [this](const troupe::client_disconnected&) { notes_.heard.push_back("disconnected"); },
        [this](const troupe::client_joined& message) {
          notes_.heard.push_back("joined " + message.room);
        },
        [this](const troupe::client_left& message) {
          notes_.heard.push_back("left " + message.room);
        },
        [this](const troupe::client_event& message) {
          notes_.heard.push_back(message.event);
          if (notes_.keeps) notes_.kept.push_back(message);
        },
    };
  }

 private:
  notes& notes_;
};

/// An embedder's system with one such actor, a server in it, and one client's way in.
struct audience {
  explicit audience(std::uint64_t seed, subscription_options wanted, troupe::options user = {})
      : bench(seed, static_cast<unsigned>(1 + seed % 3), std::move(user), &embedder.system),
        who(troupe::actors::spawn_on<hearer>(embedder.system, bench.unit(0), notes)) {
    bench.io().subscribe(who, std::move(wanted));
  }
  ~audience() {
    notes.kept.clear();
    caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
    who = {};
    bench.run();
  }
  std::uint64_t dropped() const {
    return bench.counted(&troupe::actors::counters::actor_messages_dropped);
  }

  struct foreign_system {
    foreign_system() : system((troupe::init_actor_types(), configured(config))) {}
    static caf::actor_system_config& configured(caf::actor_system_config& config) {
      troupe::actors::configure(config, 1);
      return config;
    }
    caf::actor_system_config config;
    caf::actor_system system;
  } embedder;
  hearer::notes notes;
  server_bench bench;
  caf::actor who;
};

}  // namespace

TEST_CASE("an actor hears of the events that it asked for, and of nothing else") {
  with_seeds(20, [](std::uint64_t seed) {
    audience all(seed, {.event_names = {"a", "c"}, .connects = false, .disconnects = false});
    bench_client client(all.bench, over::websocket);
    client.join();
    for (const char* name : {"a", "b", "c"}) client.send("42[\"" + std::string(name) + "\"]");
    all.bench.run();
    client.leave();
    all.bench.run();
    CHECK(all.notes.heard == strings{"a", "c"});
  });
}

TEST_CASE("an actor that subscribed to rooms hears who joins and leaves them, and who is in them") {
  with_seeds(50, [](std::uint64_t seed) {
    audience all(seed, {.rooms = {"one", "two"}});
    all.bench.io().on_connection([](troupe::socket& socket) {
      socket.on("join", [&socket](const std::string& room) { socket.join(room); });
      socket.on("leave", [&socket](const std::string& room) { socket.leave(room); });
    });
    bench_client client(all.bench, over::websocket);
    client.join();
    client.send("42[\"before\"]");
    client.send("42[\"join\",\"three\"]");
    client.send("42[\"join\",\"one\"]");
    client.send("42[\"inside\"]");
    client.send("42[\"leave\",\"one\"]");
    client.send("42[\"outside\"]");
    client.send("42[\"join\",\"two\"]");
    all.bench.run();
    client.vanish();
    all.bench.run();
    CHECK(all.notes.heard ==
          strings{"joined one", "inside", "leave", "left one", "joined two", "left two"});
  });
}

TEST_CASE("an actor that does not keep up misses events, which are counted, and nobody waits") {
  with_seeds(20, [](std::uint64_t seed) {
    int handled = 0;
    audience all(seed, {.messages_max = 3});
    all.bench.io().on_connection(
        [&](troupe::socket& socket) { socket.on_any([&](const troupe::event&) { ++handled; }); });
    bench_client client(all.bench, over::websocket);
    client.join();
    all.bench.run();
    all.notes.keeps = true;
    for (int i = 0; i < 10; ++i) client.send("42[\"x\"]");
    all.bench.run();
    CHECK(handled == 10);
    CHECK(all.notes.heard.size() == 1 + 3);
    CHECK(all.dropped() == 7);
    // Who comes now is not told of, not even when it goes.
    bench_client late(all.bench, over::websocket);
    late.join();
    all.bench.run();
    all.notes.kept.clear();
    late.send("42[\"late\"]");
    all.bench.run();
    late.vanish();
    all.bench.run();
    CHECK(all.notes.heard.size() == 1 + 3);
    client.send("42[\"again\"]");
    client.leave();
    all.bench.run();
    CHECK(all.notes.heard.size() == 1 + 3 + 2);
    CHECK(all.notes.heard[4] == "again");
    CHECK(all.notes.heard[5] == "disconnected");
  });
}

TEST_CASE("clients are not read while an actor that asked for it has their events") {
  with_seeds(50, [](std::uint64_t seed) {
    int handled = 0;
    troupe::options user;
    user.events_in_flight_max = 4;
    audience all(seed, {.when_full = subscription_options::full::pause}, user);
    all.bench.io().on_connection(
        [&](troupe::socket& socket) { socket.on_any([&](const troupe::event&) { ++handled; }); });
    bench_client client(all.bench, seed % 2 == 0 ? over::websocket : over::polling);
    bench_client other(all.bench, over::websocket);
    client.join();
    other.join();
    all.bench.run();
    all.notes.keeps = true;
    for (int i = 0; i < 10; ++i) client.send("42[\"x\"]");
    all.bench.run();
    CHECK(handled == 4);
    other.send("42[\"x\"]");
    all.bench.run();
    CHECK(handled == 5);  // A client's credit is its own.
    all.notes.keeps = false;
    all.notes.kept.clear();
    all.bench.run();
    CHECK(handled == 11);
    CHECK(all.notes.heard.size() == 2 + 11);
    CHECK(all.dropped() == 0);
  });
}

TEST_CASE("an actor emits and acknowledges by messages, in order") {
  with_seeds(50, [](std::uint64_t seed) {
    audience all(seed, {});
    bench_client a(all.bench, over::websocket), b(all.bench, over::polling);
    for (bench_client* one : {&a, &b}) one->join();
    all.bench.run();
    all.notes.keeps = true;
    a.send("421[\"question\"]");
    all.bench.run();
    REQUIRE(all.notes.kept.size() == 1);
    const caf::actor port = all.bench.io().actor();
    CHECK(port == all.bench.io().actor());
    using troupe::actors::tell;
    tell(port, troupe::acknowledge{all.notes.kept.front().reply, {troupe::value("yes")}});
    tell(port, troupe::emit_event{"n", {troupe::value(1)}});
    tell(port, troupe::emit_event{"connect", {}});  // Reserved: it is only logged.
    tell(port, troupe::emit_event{"n", {troupe::value(2)}, {a.id_in(), b.id_in()}, {b.id_in()}});
    tell(port, troupe::emit_event{"n", {troupe::value(3)}, {b.id_in()}});
    all.bench.run();
    CHECK(a.received_as("43") == strings{"1[\"yes\"]"});
    CHECK(a.received_as("42[\"n\",") == strings{"1]", "2]"});
    CHECK(b.received_as("42[\"n\",") == strings{"1]", "3]"});
    REQUIRE(all.bench.log().size() == 1);
    CHECK(all.bench.log()[0] == "message of an actor: reserved event name");
  });
}

namespace {

/// An actor of the user's that asks a client, and notes what comes of it.
class asker final : public troupe::actors::pinned_actor {
 public:
  asker(caf::actor_config& config, strings& into) : pinned_actor(config), into_(into) {}

  caf::behavior make_behavior() override {
    return {[](const troupe::client_answer&) {}};
  }
  void ask(const caf::actor& port, troupe::ask_client question) {
#if TROUPE_CAF_1X
    auto answer = mail(std::move(question)).request(port, caf::infinite);
#else
    auto answer = request(port, caf::infinite, std::move(question));
#endif
    std::move(answer).then(
        [this](const troupe::client_answer& got) {
          into_.push_back("answer " + std::string(got.values.at(1).json()));
        },
        [this](const caf::error& why) { into_.push_back("error " + caf::to_string(why)); });
  }

 private:
  strings& into_;
};

}  // namespace

TEST_CASE("an actor asks a client, and is answered by its ack or with an error") {
  with_seeds(50, [](std::uint64_t seed) {
    strings came;
    audience all(seed, {});
    bench_client client(all.bench, seed % 2 == 0 ? over::websocket : over::polling);
    client.join();
    all.bench.run();
    const caf::actor who =
        troupe::actors::spawn_on<asker>(all.embedder.system, all.bench.unit(0), came);
    auto& self = *caf::actor_cast<asker*>(who);
    const caf::actor port = all.bench.io().actor();
    all.bench.run();
    self.ask(port, {client.id_in(), "name?", {troupe::value(1)}});
    all.bench.run();
    const auto asked = client.received_as("42");
    REQUIRE(asked.size() == 1);
    const auto bracket = asked[0].find('[');
    CHECK(asked[0].substr(bracket) == "[\"name?\",1]");
    client.send("43" + asked[0].substr(0, bracket) + "[\"a\",\"b\"]");
    all.bench.run();
    CHECK(came == strings{"answer \"b\""});
    came.clear();

    self.ask(port, {client.id_in(), "silence", {}, std::chrono::seconds(3)});
    self.ask(port, {"nobody", "anything", {}});
    self.ask(port, {client.id_in(), "connect", {}});
    all.bench.run();
    REQUIRE(came.size() == 2);
    all.bench.advance(std::chrono::seconds(4));
    REQUIRE(came.size() == 3);
    CHECK(came[2].find("request_timeout") != std::string::npos);
    caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
  });
}

TEST_CASE("an actor that asks a client where too much waits is told so") {
  strings came;
  troupe::options user;
  user.emits_under_way_max = 1;
  audience all(1, {}, user);
  bench_client client(all.bench, over::websocket);
  client.join();
  all.bench.run();
  const caf::actor who =
      troupe::actors::spawn_on<asker>(all.embedder.system, all.bench.unit(0), came);
  const auto fills = all.bench.directory().open("/")->outside().admit(1);
  caf::actor_cast<asker*>(who)->ask(all.bench.io().actor(), {client.id_in(), "name?", {}});
  all.bench.run();
  REQUIRE(came.size() == 1);
  CHECK(came[0].find("runtime_error") != std::string::npos);
  caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
}

TEST_CASE("an actor moves and ends clients by messages") {
  std::size_t told = 0;
  with_seeds(50, [&](std::uint64_t seed) {
    audience all(seed, {.rooms = {"room"}});
    bench_client a(all.bench, over::websocket), b(all.bench, over::websocket);
    for (bench_client* one : {&a, &b}) one->join();
    all.bench.run();
    const caf::actor port = all.bench.io().actor();
    using troupe::actors::tell;
    tell(port, troupe::join_rooms{{a.id_in(), b.id_in()}, {"room"}});
    tell(port, troupe::leave_rooms{{b.id_in()}, {"room"}});
    tell(port, troupe::emit_event{"n", {troupe::value(1)}, {"room"}});
    tell(port, troupe::disconnect_clients{{"room"}});
    all.bench.run();
    CHECK(a.count("42[\"n\",1]") == 1);
    CHECK(b.count("42[\"n\",1]") == 0);
    CHECK(a.count("41") == 1);
    CHECK(all.bench.subscribers("/") == 1);
    // Who has left before its actor heard of the join has not been there.
    const strings& heard = all.notes.heard;
    CAPTURE(heard);
    REQUIRE(heard.size() <= 4);
    CHECK(std::count(heard.begin(), heard.end(), "joined room") * 2 ==
          static_cast<std::ptrdiff_t>(heard.size()));
    CHECK((heard.empty() || heard.front() == "joined room"));
    CHECK((heard.empty() || heard.back() == "left room"));
    told += heard.size();
  });
  CHECK((told > 0 || troupe::testing::only_seed()));
}

TEST_CASE("emits from outside that wait for the broadcaster are bounded") {
  troupe::options user;
  user.emits_under_way_max = 5;
  server_bench bench(1, 1, user);
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  int taken = 0;
  for (int i = 0; i < 8; ++i) taken += bench.io().emit("n", i) ? 1 : 0;
  CHECK(taken == 5);
  bench.run();
  CHECK(client.received_as("42[\"n\",").size() == 5);
  CHECK(bench.io().emit("n", 8));
  bench.run();
  CHECK(client.count("42[\"n\",8]") == 1);
  CHECK(bench.server().stats().emits_refused == 3);
}

TEST_CASE("an actor that unsubscribes is sent nothing more") {
  with_seeds(20, [](std::uint64_t seed) {
    audience all(seed, {});
    bench_client client(all.bench, over::websocket);
    client.join();
    client.send("42[\"before\"]");
    all.bench.run();
    all.bench.io().unsubscribe(all.who);
    client.send("42[\"behind\"]");
    client.leave();
    all.bench.run();
    CHECK(all.notes.heard == strings{"connected", "before"});
    CHECK(all.bench.directory().find("/")->current()->subscribers.empty());
  });
}
