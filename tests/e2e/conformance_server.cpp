// The server that the official protocol suites speak with: `--profile eio` for the Engine.IO suite
// (echo on /engine.io/), `--profile eio3` for that of revision 3, `--profile sio` for the Socket.IO
// suite, all on port 3000.

#include <CLI/CLI.hpp>
#include <cstdio>

#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>
#include <troupe/actors/shard_context.hpp>
#include <troupe/server.hpp>

namespace {

using troupe::protocol::frame;

/// Engine.IO without Socket.IO: sends back every message as it came.
class echo_actor final : public troupe::actors::pinned_actor {
 public:
  using pinned_actor::pinned_actor;

  caf::behavior make_behavior() override {
    return {
        [this](const troupe::actors::attached& message) { link_ = message.connection; },
        [this](const troupe::actors::client_data& message) {
          link_->send(std::make_shared<frame>(message.binary ? frame::binary(message.bytes)
                                                             : frame("4" + message.bytes)),
                      {});
          link_->handled();
        },
        [this](const troupe::actors::link_closed&) { quit(); },
        [this](const troupe::actors::shut_down&) { link_->close(); },
    };
  }
  void on_exit() override {
    if (link_ != nullptr) std::exchange(link_, nullptr)->released();
  }

 private:
  troupe::actors::link* link_ = nullptr;
};

void echo_auth(troupe::socket& socket) {
  socket.emit("auth", socket.handshake().auth);
}

}  // namespace

int main(int argc, char** argv) {
  std::string profile = "sio";
  troupe::options options;
  options.host = "localhost";
  // The suites send a GET and a POST at once, on two connections, and expect them to be handled in
  // that order, which one thread keeps and several need not.
  options.threads = 1;
  CLI::App app{"conformance-server"};
  app.add_option("--profile", profile)->check(CLI::IsMember({"eio", "eio3", "sio"}));
  app.add_option("--port", options.port);
  app.add_option("--host", options.host);
  CLI11_PARSE(app, argc, argv);
  options.ping_interval = std::chrono::milliseconds(300);
  options.ping_timeout = std::chrono::milliseconds(200);
  options.connect_timeout = std::chrono::milliseconds(1000);
  options.allow_eio3 = profile == "eio3";
  if (profile != "sio") {
    options.path = "/engine.io";
    options.client_actor = [](caf::actor_system& system, troupe::actors::pinned_unit& unit,
                              troupe::actors::shard_context&) {
      return troupe::actors::spawn_on<echo_actor>(system, unit);
    };
  }
  troupe::server io{std::move(options)};
  io.on_connection([](troupe::socket& socket) {
    echo_auth(socket);
    socket.on("message",
              [&socket](const troupe::arguments& all) { socket.emit("message-back", all); });
    socket.on("message-with-ack",
              [](const troupe::arguments& all, const troupe::ack& reply) { reply.send(all); });
  });
  io.of("/custom").on_connection(echo_auth);
  io.start();
  std::printf("listening on http://localhost:%u\n", static_cast<unsigned>(io.port()));
  std::fflush(stdout);
  io.wait();
}
