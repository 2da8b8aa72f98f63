#include <fmt/chrono.h>
#include <fmt/core.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include <troupe/server.hpp>

#include "pages.hpp"
#include "settings.hpp"

namespace {

using troupe::value;

void log_line(troupe::log_level level, std::string_view text) {
  static constexpr std::string_view names[] = {"debug", "info", "warning", "error"};
  std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  fmt::print(stderr, "{:%Y-%m-%dT%H:%M:%SZ} {} {}\n", parts, names[static_cast<int>(level)], text);
}

void serve_chat(troupe::server& io) {
  io.on_connection([&io](troupe::socket& socket) {
    socket.on("chat", [&io](const troupe::arguments& all) { io.emit("chat", all); });
    socket.on_disconnect([&io, &socket](troupe::disconnect_reason reason) {
      io.emit("left", value::from_members({{"id", socket.id()},
                                           {"clients", io.stats().sockets},
                                           {"reason", name_of(reason)}}));
    });
    io.emit("joined", value::from_members({{"id", socket.id()}, {"clients", io.stats().sockets}}));
  });
}

}  // namespace

int main(int argc, char** argv) {
  // SIGINT and SIGTERM are waited for, not handled: every thread made from here on blocks them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  troupe_node::settings settings = troupe_node::read_settings(argc, argv);
  settings.server.log = [least = settings.log_level](troupe::log_level level,
                                                     std::string_view text) {
    if (level >= least) log_line(level, text);
  };
  std::string path = settings.server.path;
  while (!path.empty() && path.back() == '/') path.pop_back();
  settings.server.on_http = [path](const troupe::transport::http_request& request) {
    return troupe_node::serve_page(request, path);
  };
  const std::string host = settings.server.host;
  const auto drain_timeout = settings.drain_timeout;
  const unsigned port = settings.server.port;
  try {
    troupe::server io{std::move(settings.server)};
    serve_chat(io);
    io.start();
    fmt::print("listening on http://{}:{}\n", host.find(':') == host.npos ? host : "[" + host + "]",
               io.port());
    std::fflush(stdout);
    // The server may also end by itself, when it cannot go on.
    std::atomic<bool> has_ended{false};
    std::thread waiter([&] {
      bool drains = drain_timeout.count() > 0;
      for (int signal = 0; sigwait(&signals, &signal) == 0 && !has_ended;)
        if (signal == SIGTERM && std::exchange(drains, false))
          io.drain(drain_timeout, drain_timeout / 2);
        else
          io.close();
    });
    const bool in_order = io.wait();
    has_ended = true;
    pthread_kill(waiter.native_handle(), SIGTERM);
    waiter.join();
    return in_order ? 0 : 1;
  } catch (const std::exception& failed) {
    fmt::print(stderr, "troupe-node: cannot listen on {}:{}: {}\n", host, port, failed.what());
    return 2;
  }
}
