#include <tests/catch.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <tests/runtime/actor_audience.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/pinned_actor.hpp>

using troupe::testing::audience;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

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
    std::sort(came.begin(), came.end());
    CHECK(came[0].find("request_receiver_down") != std::string::npos);
    CHECK(came[1].find("runtime_error") != std::string::npos);
    all.bench.advance(std::chrono::seconds(4));
    REQUIRE(came.size() == 3);
    CHECK(came[2].find("request_timeout") != std::string::npos);
    caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
  });
}

TEST_CASE("an actor that asks a client by a namespace that fails is not told of a missing client") {
  int lost = 0;
  with_seeds(50, [&](std::uint64_t seed) {
    strings came;
    audience all(seed, {});
    bench_client client(all.bench, over::websocket);
    client.join();
    all.bench.run();
    const caf::actor who =
        troupe::actors::spawn_on<asker>(all.embedder.system, all.bench.unit(0), came);
    caf::actor_cast<asker*>(who)->ask(all.bench.io().actor(), {client.id_in(), "name?", {}});
    caf::anon_send_exit(all.bench.directory().find("/")->broadcaster(), caf::exit_reason::kill);
    all.bench.run();
    if (client.received_as("42").empty()) {
      REQUIRE(came.size() == 1);
      CHECK(came[0].find("runtime_error") != std::string::npos);
      ++lost;
    }
    caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
  });
  CHECK((lost > 0 || troupe::testing::only_seed()));
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
