#include <fmt/chrono.h>
#include <fmt/core.h>

#include <atomic>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
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

// Reads the certificate again. On an error the old one stays, and the log says why.
void reload_tls(troupe::server& io) {
  try {
    io.reload_tls();
    log_line(troupe::log_level::info, "TLS certificate read again");
  } catch (const std::exception& failed) {
    log_line(troupe::log_level::error, failed.what());
  }
}

// Until the server has ended, which it may also do by itself, when it cannot go on. SIGTERM drains,
// a second one and SIGINT close. Gives whether it ended in order.
bool wait_for_end(troupe::server& io, const sigset_t& signals, std::chrono::milliseconds drain) {
  std::atomic<bool> has_ended{false};
  std::thread waiter([&] {
    bool drains = drain.count() > 0;
    for (int signal = 0; sigwait(&signals, &signal) == 0 && !has_ended;)
      if (signal == SIGHUP)
        reload_tls(io);
      else if (signal == SIGTERM && std::exchange(drains, false))
        io.drain(drain, drain / 2);
      else
        io.close();
  });
  const bool in_order = io.wait();
  has_ended = true;
  pthread_kill(waiter.native_handle(), SIGTERM);
  waiter.join();
  return in_order;
}

std::string address_of(const troupe::options& options, unsigned port) {
  if (!options.unix_path.empty()) return "unix:" + options.unix_path;
  const bool is_ipv6 = options.host.find(':') != options.host.npos;
  return fmt::format("{}://{}:{}", options.tls.is_on() ? "https" : "http",
                     is_ipv6 ? "[" + options.host + "]" : options.host, port);
}

std::string what_failed(const troupe::options& options, const boost::system::error_code& failure) {
  if (std::string_view(failure.category().name()) != "openssl")
    return "cannot listen on " + address_of(options, options.port);
  const auto& tls = options.tls;
  return tls.key_file.empty() ? tls.certificate_file : tls.certificate_file + ", " + tls.key_file;
}

}  // namespace

int main(int argc, char** argv) {
  const troupe_node::settings settings = troupe_node::read_settings(argc, argv);
  troupe::options options = settings.server;
  // Signals are waited for, not handled: every thread made from here on blocks them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  if (options.tls.is_on()) sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  options.log = [least = settings.log_level](troupe::log_level level, std::string_view text) {
    if (level >= least) log_line(level, text);
  };
  options.on_http = troupe_node::chat_page(options.path);
  try {
    troupe::server io{std::move(options)};
    serve_chat(io);
    io.start();
    fmt::print("listening on {}\n", address_of(settings.server, io.port()));
    std::fflush(stdout);
    return wait_for_end(io, signals, settings.drain_timeout) ? 0 : 1;
  } catch (const boost::system::system_error& failed) {
    fmt::print(stderr, "troupe-node: {}: {}\n", what_failed(settings.server, failed.code()),
               failed.code().message());
  } catch (const std::exception& failed) {
    fmt::print(stderr, "troupe-node: {}\n", failed.what());
  }
  return 2;
}
