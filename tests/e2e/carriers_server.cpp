// The server of the tests about what carries clients and how they are taken leave of: limits,
// listeners, drain, TLS, compression.

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <troupe/foreign_connection.hpp>
#include <troupe/server.hpp>

namespace {

using std::chrono::milliseconds;
using troupe::ack;
using troupe::arguments;
using troupe::value;

value stats_of(const troupe::server& io) {
  const troupe::server_stats now = io.stats();
  return value::from_members({{"clients", now.clients},
                              {"sockets", now.sockets},
                              {"connections_accepted", now.connections_accepted},
                              {"tls_failures", now.tls_failures},
                              {"connections_refused", now.connections_refused},
                              {"sessions_refused", now.sessions_refused},
                              {"events_refused", now.events_refused},
                              {"rooms_refused", now.rooms_refused}});
}

void serve_life(troupe::server& io, troupe::socket& socket) {
  socket.on("drain", [&io](int deadline, int spread) {
    io.drain(milliseconds(deadline), milliseconds(spread));
  });
  socket.on("stop-listening", [&io](const ack& reply) {
    io.stop_listening();
    reply();
  });
  socket.on("listen", [&io](int port, const ack& reply) {
    troupe::transport::listener_options where;
    where.host = "127.0.0.1";
    where.port = static_cast<std::uint16_t>(port);
    try {
      reply(static_cast<int>(io.listen(where)));
    } catch (const std::exception& failed) {
      reply(std::string(failed.what()));
    }
  });
  socket.on("reload-tls", [&io](const ack& reply) {
    try {
      io.reload_tls();
      reply("reloaded");
    } catch (const std::exception& failed) {
      reply(std::string(failed.what()));
    }
  });
  socket.on("start-again", [&io](const ack& reply) {
    try {
      io.start();
      reply("started");
    } catch (const std::logic_error& refused) {
      reply(std::string(refused.what()));
    }
  });
}

void serve(troupe::server& io) {
  io.on_connection([&io](troupe::socket& socket) {
    serve_life(io, socket);
    socket.on("echo", [&socket](const arguments& all) { socket.emit("echo", all); });
    socket.on("echo-as-it-is",
              [&socket](const arguments& all) { socket.compress(false).emit("echo", all); });
    socket.on("ask", [](const arguments& all, const ack& reply) { reply.send(all); });
    socket.on("flood", [&socket](int count, int bytes) {
      for (int i = 0; i < count; ++i)
        socket.emit("flood", i, std::string(static_cast<std::size_t>(bytes), 'x'));
      socket.disconnect(true);
    });
    socket.on("zeros", [](const value& sent, const ack& reply) { reply(sent.json().size()); });
    socket.on("all-as-it-is", [&io](const arguments& all) { io.compress(false).emit("all", all); });
    socket.on("all", [&io](const arguments& all) { io.emit("all", all); });
    socket.on("join", [&socket](const std::string& room, const ack& reply) {
      try {
        socket.join(room);
        reply("joined");
      } catch (const std::length_error& refused) {
        reply(std::string(refused.what()));
      }
    });
    socket.on("stats", [&io](const ack& reply) { reply(stats_of(io)); });
    socket.on("secure", [&socket](const ack& reply) { reply(socket.handshake().client.secure); });
    socket.on_disconnect([&io, &socket](troupe::disconnect_reason reason) {
      io.emit("left", socket.id(), name_of(reason));
    });
  });
}

void add_compression(CLI::App& app, troupe::options& options) {
  auto& deflate = options.per_message_deflate;
  const auto number = [&](const char* name, auto set) {
    app.add_option_function<int>(name, [&deflate, set](int given) {
      if (!deflate) deflate.emplace();
      set(*deflate, given);
    });
  };
  using chosen = troupe::transport::deflate_options;
  app.add_flag_callback("--deflate", [&deflate] {
    if (!deflate) deflate.emplace();
  });
  number("--deflate-threshold",
         [](chosen& to, int given) { to.threshold = static_cast<std::size_t>(given); });
  number("--deflate-server-bits", [](chosen& to, int bits) { to.server_max_window_bits = bits; });
  number("--deflate-client-bits", [](chosen& to, int bits) { to.client_max_window_bits = bits; });
  number("--deflate-takeover", [](chosen& to, int is_on) {
    to.server_no_context_takeover = to.client_no_context_takeover = is_on == 0;
  });
}

void add_limits(CLI::App& app, troupe::options& options) {
  auto& limits = options.limits;
  app.add_option("--connections-max", limits.connections_max);
  app.add_option("--connections-per-address-max", limits.connections_per_address_max);
  app.add_option("--sessions-max", limits.sessions_max);
  app.add_option("--sessions-per-address-max", limits.sessions_per_address_max);
  app.add_option("--events-per-second", limits.events.per_second);
  app.add_option("--events-burst", limits.events.burst);
  app.add_flag_callback("--events-disconnect", [&limits] {
    limits.events.over = troupe::event_rate_limit::consequence::disconnect;
  });
  app.add_option("--room-name-bytes-max", limits.room_name_bytes_max);
  app.add_option("--rooms-per-shard-max", limits.rooms_per_shard_max);
  app.add_option("--http-fields-max", options.connection.http_fields_max);
  app.add_option("--websocket-fragments-max", options.connection.websocket_fragments_max);
}

// start() and close() at the same time, whichever comes first: the server ends, and wait() says so.
int race(int times) {
  for (int i = 0; i < times; ++i) {
    troupe::options options;
    options.host = "127.0.0.1";
    options.port = 0;
    options.threads = 2;
    troupe::server io{std::move(options)};
    std::thread closer([&io] { io.close(); });
    try {
      io.start();
    } catch (const std::logic_error&) {  // It had been closed before.
    }
    closer.join();
    if (!io.wait()) return 1;
  }
  std::puts("all ended");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  troupe::options options;
  options.host = "127.0.0.1";
  std::int64_t header_timeout = options.http_header_timeout.count();
  std::int64_t close_timeout = options.close_timeout.count();
  CLI::App app{"carriers-server"};
  app.add_option("--port", options.port)->take_last();
  app.add_option("--host", options.host)->take_last();
  app.add_option("--threads", options.threads);
  app.add_option("--unix-path", options.unix_path);
  app.add_flag("--reuse-port", options.reuse_port);
  app.add_option("--health-path", options.health_path);
  app.add_option("--tls-certificate", options.tls.certificate_file);
  app.add_option("--tls-key", options.tls.key_file);
  app.add_option("--tls-client-authority", options.tls.client_authority_file);
  app.add_option("--outbox-bytes-max", options.outbox_bytes_max);
  app.add_option("--send-buffer-bytes", options.send_buffer_bytes);
  app.add_option("--http-header-timeout-ms", header_timeout);
  app.add_option("--close-timeout-ms", close_timeout);
  add_limits(app, options);
  add_compression(app, options);
  int listening = -1;
  int connected = -1;
  app.add_option("--listening-descriptor", listening);
  app.add_option("--connected-descriptor", connected);
  int races = 0;
  app.add_option("--race", races);
  CLI11_PARSE(app, argc, argv);
  if (races > 0) return race(races);

  options.http_header_timeout = milliseconds(header_timeout);
  options.close_timeout = milliseconds(close_timeout);
  options.listens = listening < 0;
  const char* scheme = options.tls.is_on() ? "https" : "http";
  troupe::server* server = nullptr;
  options.limits.on_reached = [&server](const troupe::limit_reached& what) {
    server->emit("limit", name_of(what.which), what.address);
  };
  const std::string host = options.host == "::" ? "[::]" : options.host;
  troupe::server io{std::move(options)};
  server = &io;
  serve(io);
  io.start();
  if (listening >= 0) io.listen({.descriptor = listening});
  if (connected >= 0) io.attach({.descriptor = connected});
  std::printf("listening on %s://%s:%u\n", scheme, host.c_str(), static_cast<unsigned>(io.port()));
  std::fflush(stdout);
  std::atomic<bool> has_ended{false};
  std::thread waiter([&] {
    for (int signal = 0; sigwait(&signals, &signal) == 0 && !has_ended;) io.close();
  });
  const bool in_order = io.wait();
  has_ended = true;
  pthread_kill(waiter.native_handle(), SIGTERM);
  waiter.join();
  return in_order ? 0 : 1;
}
