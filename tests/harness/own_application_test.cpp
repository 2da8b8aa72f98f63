#include <tests/catch.hpp>

#include <tests/seeds.hpp>
#include <troupe/harness/network.hpp>
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

}  // namespace

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
