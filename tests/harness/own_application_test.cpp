#include <tests/catch.hpp>

#include <set>
#include <stdexcept>
#include <thread>

#include <tests/seeds.hpp>
#include <troupe/harness/network.hpp>
#include <troupe/harness/real_run.hpp>
#include <troupe/harness/report.hpp>
#include <troupe/harness/run.hpp>
#include <troupe/harness/socketio_client.hpp>
#include <troupe/server.hpp>

using namespace std::chrono_literals;
using namespace troupe::harness;
using troupe::testing::with_seeds;

namespace {

/// The application under test: knows nothing of the simulation.
void serve_counter(troupe::server& io) {
  io.on_connection([&io](troupe::socket& socket) {
    socket.on("add", [&io](int number, const troupe::ack& reply) {
      reply(number + 1);
      io.emit("added", number);
    });
  });
}

/// Counts who is there. `forgets`: who falls silent is not taken off.
struct presence {
  bool forgets = false;
  std::size_t online = 0;

  void serve(troupe::server& io) {
    io.on_connection([this](troupe::socket& socket) {
      ++online;
      socket.on_disconnect([this](troupe::disconnect_reason reason) {
        online -= forgets && reason == troupe::disconnect_reason::ping_timeout ? 0 : 1;
      });
    });
  }
};

class visitor final : public behaviour {
 public:
  explicit visitor(socketio_client& who) : behaviour(who) {
    client_.join("/");
    client_.connect();
  }
};

class presence_under_test final : public application {
 public:
  presence_under_test(stage& on, bool forgets) : stage_(on) { counted_.forgets = forgets; }
  void serve(troupe::server& io) override { counted_.serve(io); }
  std::unique_ptr<behaviour> enter(socketio_client& who) override {
    return std::make_unique<visitor>(who);
  }
  void check() override {
    if (counted_.online != stage_.world.subscribers("/"))
      stage_.judge.violated("presence", std::to_string(counted_.online) + " are counted");
  }

 private:
  stage& stage_;
  presence counted_;
};

run_options with_presence(bool forgets) {
  run_options how;
  how.application = [forgets](stage& on) {
    return std::make_unique<presence_under_test>(on, forgets);
  };
  return how;
}

}  // namespace

TEST_CASE("an application of the user's holds through the standard mix of faults") {
  with_seeds(20, [](std::uint64_t seed) {
    const run_result result = run(standard_scenario(), seed, with_presence(false));
    INFO(text_report(result));
    REQUIRE_FALSE(result.broken);
    CHECK(result.hash == run(standard_scenario(), seed, with_presence(false)).hash);
  });
}

TEST_CASE("what an application of the user's does wrong is told with a smaller scenario") {
  scenario what = standard_scenario();
  what.drawn_faults = 0;
  what.at(1s).on(client(1)).latency(20ms);
  what.at(2s).on(client(3)).inflict(fault::missing_pong);
  what.at(3s).on(client(2)).latency(30ms);
  const run_result result = run(what, 1, with_presence(true));
  REQUIRE(result.broken);
  CHECK(result.broken->invariant == "presence");
  const run_result smaller = shrink(result, with_presence(true));
  REQUIRE(smaller.broken);
  CHECK(smaller.broken->invariant == "presence");
  REQUIRE(smaller.played.rules.size() == 1);
  CHECK(smaller.played.rules.front().kind == fault::missing_pong);
  CHECK_FALSE(run(what, 1, with_presence(false)).broken);
}

TEST_CASE("handlers of the user's may throw, and every read or write fail") {
  scenario what = standard_scenario();
  what.drawn_faults = 0;
  what.clients = 2;
  what.duration = 300ms;
  const std::size_t runs = fail_every_operation(
      what, 1,
      [](const run_result& result) {
        INFO(text_report(result));
        REQUIRE_FALSE(result.broken);
        return true;
      },
      with_presence(false));
  CHECK(runs > 10);
}

TEST_CASE("on real sockets too, what must hold is asked on the server's thread while it rests") {
  scenario what = standard_scenario();
  what.drawn_faults = 0;
  what.duration = 400ms;
  CHECK_FALSE(run_on_sockets(what, 1, with_presence(false)).broken);
  run_options how = with_presence(false);
  std::set<std::thread::id> asked_on;
  how.predicates.push_back({"not for long", [&] {
                              asked_on.insert(std::this_thread::get_id());
                              return false;
                            }});
  const run_result result = run_on_sockets(what, 1, how);
  REQUIRE(result.broken);
  CHECK(result.broken->invariant == "not for long");
  CHECK(asked_on.size() == 1);
  CHECK_FALSE(asked_on.contains(std::this_thread::get_id()));
  how.predicates = {{"throws", []() -> bool { throw std::runtime_error("thrown in a check"); }}};
  CHECK_THROWS_WITH(run_on_sockets(what, 1, how), "thrown in a check");
}

TEST_CASE("an application of the user's answers under any seed, through a bad network") {
  with_seeds(50, [](std::uint64_t seed) {
    simulation world(seed);
    trace seen(world.clock());
    network wires(world, seed, seen);
    troupe::server io{world.options_for({.threads = 2})};
    serve_counter(io);
    io.start();

    socketio_client one(wires, seed, {});
    world.add(one);
    std::vector<std::int64_t> added;
    one.on_event = [&](std::string_view, std::string_view, const troupe::arguments& values) {
      added.push_back(values.at(0).as_int().value_or(-1));
      return troupe::arguments{};
    };
    const auto slices = std::make_shared<toxic>();
    slices->kind = fault::slicer;
    slices->attributes = {{"average_size", 3}};
    wires.poison(0, slices);
    one.join("/");
    one.connect();
    int answered = 0;
    for (int i = 0; i < 10; ++i) {
      one.emit_values("/", "add", {troupe::value(i)}, [&answered, i](const auto& values) {
        CHECK(values.at(0).as_int() == i + 1);
        ++answered;
      });
      world.advance(50ms);
    }
    world.advance(5s);
    CHECK(answered == 10);
    CHECK(added == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    one.disconnect();
    world.advance(30s);
    CHECK(world.left_over().empty());
    io.close();
    io.wait();
    world.remove(one);
  });
}
