// The server that the official protocol suites speak with: `--profile eio` for the Engine.IO suite
// (echo on /engine.io/), `--profile sio` for the Socket.IO suite, both on port 3000.

#include <CLI/CLI.hpp>
#include <cstdio>

#include <troupe/server.hpp>

namespace {

void echo_auth(troupe::socket& socket) { socket.emit("auth", socket.handshake().auth); }

}  // namespace

int main(int argc, char** argv) {
  std::string profile = "sio";
  troupe::options options;
  options.host = "localhost";
  CLI::App app{"conformance-server"};
  app.add_option("--profile", profile)->check(CLI::IsMember({"eio", "sio"}));
  app.add_option("--port", options.port);
  app.add_option("--host", options.host);
  CLI11_PARSE(app, argc, argv);
  options.ping_interval = std::chrono::milliseconds(300);
  options.ping_timeout = std::chrono::milliseconds(200);
  options.connect_timeout = std::chrono::milliseconds(1000);
  if (profile == "eio") {
    options.path = "/engine.io";
    options.engine_echo = true;
  }
  troupe::server io{std::move(options)};
  io.on_connection([](troupe::socket& socket) {
    echo_auth(socket);
    socket.on("message", [&socket](const troupe::arguments& all) {
      socket.emit("message-back", all);
    });
    socket.on("message-with-ack",
              [](const troupe::arguments& all, const troupe::ack& reply) { reply.send(all); });
  });
  io.of("/custom").on_connection(echo_auth);
  io.start();
  std::printf("listening on http://localhost:%u\n", static_cast<unsigned>(io.port()));
  std::fflush(stdout);
  io.wait();
}
