// Your own application under a seed: a chat's handlers, unchanged, in virtual time, while the
// network loses a connection in the middle of a frame. Prints what happened; the same every time.

#include <cstdio>
#include <cstdlib>

#include <troupe/harness/network.hpp>
#include <troupe/harness/socketio_client.hpp>
#include <troupe/server.hpp>

using namespace std::chrono_literals;
using namespace troupe::harness;

namespace {

void serve_chat(troupe::server& io) {
  io.on_connection([&io](troupe::socket& socket) {
    socket.on("chat", [&io](const std::string& text) { io.emit("chat", text); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  simulation world(seed);
  trace seen(world.clock());
  network wires(world, seed, seen);
  troupe::server io{world.options_for({.threads = 2})};
  serve_chat(io);
  io.start();

  client_options alice_is, bob_is;
  alice_is.engine.client = 0;
  bob_is.engine.client = 1;
  socketio_client alice(wires, seed, alice_is), bob(wires, seed, bob_is);
  world.add(alice);
  world.add(bob);
  int heard = 0;
  bob.on_event = [&](std::string_view, std::string_view name, const troupe::arguments& values) {
    seen.note("bob", name, values.front().json());
    ++heard;
    return troupe::arguments{};
  };
  for (socketio_client* one : {&alice, &bob}) {
    one->join("/");
    one->connect();
  }
  world.advance(1s);
  alice.emit("/", "chat", "hello");
  world.advance(1s);

  // Bob's connection is reset 17 bytes on; he comes back by himself, as socket.io-client would.
  const auto reset = std::make_shared<toxic>();
  reset->kind = fault::reset_peer;
  reset->attributes["after_bytes"] = 17;
  wires.poison(1, reset);
  alice.emit("/", "chat", "are you there?");
  world.advance(500ms);
  const bool was_lost = !bob.is_joined("/");
  wires.heal();
  world.advance(10s);
  alice.emit("/", "chat", "welcome back");
  world.advance(1s);

  std::printf("bob heard %d messages, lost his connection: %s, is back: %s, trace %016llx\n", heard,
              was_lost ? "yes" : "no", bob.is_joined("/") ? "yes" : "no",
              static_cast<unsigned long long>(seen.hash()));
  const bool is_right = was_lost && bob.is_joined("/") && heard >= 2;
  io.close();
  io.wait();
  world.remove(alice);
  world.remove(bob);
  return is_right ? 0 : 1;
}
