#include <fmt/core.h>

#include <atomic>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include <troupe/server.hpp>

#include "journal.hpp"
#include "pages.hpp"
#include "settings.hpp"

namespace {

using troupe::log_level;
using troupe::value;

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
void reload_tls(troupe::server& io, const troupe_node::journal& log) {
  try {
    io.reload_tls();
    log.write(log_level::info, "TLS certificate read again");
  } catch (const std::exception& failed) {
    log.write(log_level::error, failed.what());
  }
}

// Until the server has ended, which it may also do by itself, when it cannot go on. SIGTERM drains,
// a second one and SIGINT close. Gives whether it ended in order.
bool wait_for_end(troupe::server& io, const troupe_node::journal& log, const sigset_t& signals,
                  std::chrono::milliseconds drain) {
  std::atomic<bool> has_ended{false};
  std::thread waiter([&] {
    bool drains = drain.count() > 0;
    for (int signal = 0; sigwait(&signals, &signal) == 0 && !has_ended;) {
      if (signal == SIGHUP) {
        reload_tls(io, log);
      } else if (signal == SIGTERM && std::exchange(drains, false)) {
        log.write(log_level::info, fmt::format("SIGTERM: draining, {} clients in at most {} ms",
                                               io.stats().clients, drain.count()));
        io.drain(drain, drain / 2);
      } else {
        log.write(log_level::info, signal == SIGINT ? "SIGINT: closing" : "SIGTERM: closing");
        io.close();
      }
    }
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

  troupe_node::journal log(settings.log_level);
  options.log = [&log](log_level level, std::string_view text) { log.write(level, text); };
  options.limits.on_reached = [&log](const troupe::limit_reached& what) { log.refused(what); };
  options.on_http = troupe_node::chat_page(options.path);
  try {
    troupe::server io{std::move(options)};
    serve_chat(io);
    io.start();
    const std::string address = address_of(settings.server, io.port());
    log.write(log_level::info, "started: " TROUPE_VERSION ", " + address + settings.server.path);
    fmt::print("listening on {}\n", address);
    std::fflush(stdout);
    const bool in_order = wait_for_end(io, log, signals, settings.drain_timeout);
    log.close();
    log.write(in_order ? log_level::info : log_level::error,
              in_order ? "stopped" : "stopped: it could not go on");
    return in_order ? 0 : 1;
  } catch (const boost::system::system_error& failed) {
    fmt::print(stderr, "troupe-node: {}: {}\n", what_failed(settings.server, failed.code()),
               failed.code().message());
  } catch (const std::exception& failed) {
    fmt::print(stderr, "troupe-node: {}\n", failed.what());
  }
  return 2;
}
