// The scripted server of the end-to-end tests; reference_server.mjs says what it does and does the
// same on Node's socket.io.

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include <troupe/server.hpp>

#include "e2e_parts.hpp"

namespace {

using troupe::ack;
using troupe::arguments;
using troupe::value;

void echo(troupe::socket& socket) {
  socket.emit("auth", socket.handshake().auth);
  socket.on("message", [&socket](const arguments& all) { socket.emit("message-back", all); });
  socket.on("message-with-ack", [](const arguments& all, const ack& reply) { reply.send(all); });
}

/// All arguments but the first, which the handler has taken.
arguments rest_of(const arguments& all) {
  return {all.begin() + 1, all.end()};
}

void serve_rooms(troupe::server& io, troupe::socket& socket) {
  socket.on("join", [&socket](const std::string& room, const ack& reply) {
    socket.join(room);
    reply();
  });
  socket.on("leave", [&socket](const std::string& room, const ack& reply) {
    socket.leave(room);
    reply();
  });
  socket.on("room", [&io](const std::string& room, const arguments& all) {
    io.to(room).emit("room", rest_of(all));
  });
  socket.on("room-others", [&socket](const std::string& room, const arguments& all) {
    socket.to(room).emit("room-others", rest_of(all));
  });
  socket.on("except", [&io](const std::string& room, const arguments& all) {
    io.except(room).emit("except", rest_of(all));
  });
}

void serve_events(troupe::server& io, troupe::socket& socket, std::atomic<int>& present) {
  socket.on("chat", [&io](const arguments& all) { io.emit("chat", all); });
  socket.on("whisper", [&socket](const arguments& all) { socket.emit("whisper", all); });
  socket.on("others", [&socket](const arguments& all) { socket.broadcast().emit("others", all); });
  socket.on("ask", [&socket](const value& question) {
    socket.emit("question", question, [&socket](const troupe::ack_result& answer) {
      if (answer) socket.emit("answer", *answer);
    });
  });
  socket.on("typed", [](int left, int right) { return left + right; });
  socket.on("throw", [] { throw std::runtime_error("asked to"); });
  socket.on("bye", [&socket] { socket.disconnect(); });
  socket.on("bye-close", [&socket] { socket.disconnect(true); });
  socket.on("burst", [&io, &socket](int count) {
    for (int i = 0; i < count; ++i) {
      socket.emit("burst", i);
      io.emit("burst-all", i);
    }
  });
  ++present;
  socket.on("stats", [&io, &present](const ack& reply) {
    const troupe::server_stats now = io.stats();
    reply(value::from_members({{"clients", now.clients},
                               {"sockets", now.sockets},
                               {"rooms", now.rooms + now.sockets},
                               {"present", present.load()}}));
  });
  socket.on_disconnect([&io, &socket, &present](troupe::disconnect_reason reason) {
    io.emit("left", socket.id(), name_of(reason));
    --present;
  });
}

/// `present` is how many sockets of / are here whose leaving has not been told.
void serve(troupe::server& io, std::atomic<int>& present) {
  io.on_connection([&io, &present](troupe::socket& socket) {
    echo(socket);
    serve_rooms(io, socket);
    serve_events(io, socket, present);
  });
  io.of("/custom").on_connection(echo);
  io.of("/quiet").on_connection([&io](troupe::socket& socket) {
    socket.on("chat", [&io](const arguments& all) { io.of("/quiet").emit("chat", all); });
  });
  io.of("/refused").use([](troupe::socket& socket, const troupe::next& next) {
    const auto token = socket.handshake().auth.json();
    if (token.find("\"token\":\"secret\"") != token.npos) return next();
    next.refuse("not authorized", *value::from_json("{\"code\":7}"));
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
  options.host = "127.0.0.1";
  std::string origin;
  CLI::App app{"e2e-server"};
  app.add_option("--port", options.port)->take_last();
  app.add_option("--host", options.host)->take_last();
  app.add_option("--path", options.path);
  app.add_option("--namespaces-max", options.namespaces_max);
  app.add_flag("--cleanup-namespaces", options.cleanup_empty_child_namespaces);
  app.add_option("--cors-origin", origin);
  add_milliseconds(app, "--ping-interval", options.ping_interval);
  add_milliseconds(app, "--ping-timeout", options.ping_timeout);
  add_milliseconds(app, "--connect-timeout", options.connect_timeout);
  add_milliseconds(app, "--close-timeout", options.close_timeout);
  add_milliseconds(app, "--upgrade-timeout", options.upgrade_timeout);
  add_milliseconds(app, "--polling-close-timeout", options.polling_close_timeout);
  add_milliseconds(app, "--attachments-timeout", options.attachments_timeout);
  troupe_e2e::add_protocol_options(app, options);
  CLI11_PARSE(app, argc, argv);
  if (!origin.empty()) options.cors.emplace().origin = origin;
  const std::string host = options.host;
  std::atomic<int> present{0};
  troupe::server io{std::move(options)};
  serve(io, present);
  troupe_e2e::serve_listeners(io);
  troupe_e2e::serve_values(io);
  troupe_e2e::serve_operators(io);
  troupe_e2e::serve_namespaces(io);
  io.start();
  std::printf("listening on http://%s:%u\n", host.c_str(), static_cast<unsigned>(io.port()));
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  if (std::getenv("TROUPE_E2E_BYE") != nullptr) io.of("/other").emit("bye");
  io.close();
  return io.wait() ? 0 : 1;
}
