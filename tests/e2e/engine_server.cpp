// The server of the tests of Engine.IO's HTTP side; reference_engine_server.mjs does the same on
// Node's socket.io. `--scenario NAME` says how it is set up.

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <string>

#include "engine_scenarios.hpp"

namespace {

void serve(troupe::server& io) {
  io.on_connection([](troupe::socket& socket) {
    socket.on("message",
              [&socket](const troupe::arguments& all) { socket.emit("message-back", all); });
    socket.on("as-it-is", [&socket](const troupe::arguments& all) {
      socket.compress(false).emit("message-back", all);
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  troupe::options options;
  options.threads = 3;
  std::string name = "plain";
  CLI::App app{"engine-server"};
  app.add_option("--port", options.port)->take_last();
  app.add_option("--host", options.host)->take_last();
  app.add_option("--scenario", name);
  CLI11_PARSE(app, argc, argv);
  const scenario chosen = scenarios().at(name);
  chosen.configure(options);
  const std::string host = options.host;
  troupe::server io{std::move(options)};
  chosen.prepare(io);
  serve(io);
  io.start();
  std::printf("listening on http://%s:%u\n", host.c_str(), static_cast<unsigned>(io.port()));
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  io.close();
  return io.wait() ? 0 : 1;
}
