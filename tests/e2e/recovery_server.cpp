// The server of recovery.test.mjs; reference_recovery_server.mjs says what it does and does the
// same on Node's socket.io.

#include <CLI/CLI.hpp>
#include <any>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>

#include <troupe/server.hpp>

namespace {

using troupe::ack;
using troupe::value;

void serve(troupe::server& io) {
  io.on_connection([&io](troupe::socket& socket) {
    if (!socket.recovered()) socket.data() = "kept of " + socket.id();
    socket.on("state", [&socket](const ack& reply) {
      reply(socket.recovered(), std::any_cast<std::string>(socket.data()), socket.rooms().size());
    });
    socket.on("join", [&socket](const std::string& room, const ack& reply) {
      socket.join(room);
      reply();
    });
    socket.on("all", [&io](const value& what, const ack& reply) {
      io.emit("n", what);
      reply();
    });
    socket.on("to", [&io](const std::string& room, const value& what, const ack& reply) {
      io.to(room).emit("n", what);
      reply();
    });
    socket.on("volatile", [&io](const value& what, const ack& reply) {
      io.of("/").volatile_().emit("v", what);
      reply();
    });
    socket.on("count", [&socket](int count) {
      for (int i = 0; i < count; ++i) socket.emit("n", i);
    });
    socket.on("end", [&socket] { socket.disconnect(); });
    socket.on_disconnect([&io, id = socket.id()](troupe::disconnect_reason reason) {
      io.except(id).emit("left", id, troupe::name_of(reason));
    });
  });
}

void add_milliseconds(CLI::App& app, const std::string& name, std::chrono::milliseconds& target) {
  app.add_option_function<std::int64_t>(
      name, [&target](std::int64_t count) { target = std::chrono::milliseconds(count); });
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  troupe::options options;
  auto& recovery = options.connection_state_recovery.emplace();
  // The tests speak as fast as they can while a client waits for its ping timeout.
  recovery.packets_max = 1'000'000;
  recovery.bytes_max = std::size_t{256} * 1024 * 1024;
  CLI::App app{"recovery-server"};
  app.add_option("--port", options.port)->take_last();
  app.add_option("--host", options.host)->take_last();
  app.add_option("--threads", options.threads);
  add_milliseconds(app, "--duration", recovery.max_disconnection_duration);
  add_milliseconds(app, "--close-timeout", options.close_timeout);
  add_milliseconds(app, "--ping-interval", options.ping_interval);
  add_milliseconds(app, "--ping-timeout", options.ping_timeout);
  CLI11_PARSE(app, argc, argv);
  const std::string host = options.host;
  troupe::server io{std::move(options)};
  serve(io);
  io.start();
  std::printf("listening on http://%s:%u\n", host.c_str(), static_cast<unsigned>(io.port()));
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  io.close();
  return io.wait() ? 0 : 1;
}
