// The server's hot path, to be counted in instructions: check.py runs this under callgrind. Ends
// with 1 if the server did not do the work that is counted.

#include <cstdio>
#include <cstdlib>
#include <string>

#include <tests/instructions/straight_run.hpp>
#include <troupe/server.hpp>

using troupe::testing::counted_stretch;
using troupe::testing::straight_run;

namespace {

constexpr std::size_t clients = 100;
constexpr std::size_t room_members = 10;
constexpr std::size_t turns = 20;
const std::string payload = '"' + std::string(64, 'x') + '"';

/// A server that relays `chat` to all and `room` to a room of ten, and answers `ask`.
class relay {
 public:
  relay() : io_(world_.options_for()) {
    io_.on_connection([this](troupe::socket& who) {
      who.join("room" + std::to_string(joined_++ / room_members));
      who.on("chat", [this](const troupe::arguments& all) { io_.emit("chat", all); });
      who.on("room", [this](const std::string& room, const troupe::value& what) {
        io_.to(room).emit("chat", what);
      });
      who.on("ask", [](const troupe::arguments& all, const troupe::ack& reply) { reply(all); });
    });
    io_.start();
    run_.connect(clients);
    // What is made on first use is made here.
    const std::string first = straight_run::text_frame("42[\"chat\",\"first\"]");
    for (std::size_t i = 0; i < clients; ++i) run_.arrive(i, first);
    run_.turn();
  }

  straight_run& run() noexcept { return run_; }

 private:
  std::size_t joined_ = 0;
  troupe::harness::simulation world_{1};
  troupe::server io_;
  straight_run run_{world_};
};

/// Turns in each of which `senders` clients send `packet`; `answer` must come `deliveries` times.
void count(const char* name, std::size_t senders, const std::string& packet, std::size_t deliveries,
           const std::string& answer) {
  relay server;
  const std::string frame = straight_run::text_frame(packet);
  std::size_t written = 0;
  {
    const counted_stretch counted(name, turns * deliveries);
    for (std::size_t i = 0; i < turns; ++i) {
      for (std::size_t who = 0; who < senders; ++who) server.run().arrive(who, frame);
      written += server.run().turn();
    }
  }
  constexpr std::size_t frame_header = 2;
  const std::size_t expected = turns * deliveries * (answer.size() + frame_header);
  if (written == expected) return;
  std::fprintf(stderr, "%s: %zu bytes written, %zu expected\n", name, written, expected);
  std::exit(1);
}

}  // namespace

int main() {
  const std::string chat = "42[\"chat\"," + payload + "]";
  count("fan-out, 1 a turn", 1, chat, clients, chat);
  count("fan-out, 16 a turn", 16, chat, 16 * clients, chat);
  count("room of 10", 1, "42[\"room\",\"room3\"," + payload + "]", room_members, chat);
  count("ack", clients, "427[\"ask\"," + payload + "]", clients, "437[" + payload + "]");
}
