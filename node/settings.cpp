#include "settings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <vector>

namespace troupe_node {

namespace {

using milliseconds = std::chrono::milliseconds;

/// An option that can also come from the environment: --ping-interval is TROUPE_PING_INTERVAL.
template <class T>
CLI::Option* add(CLI::App& app, const std::string& name, T& target, const std::string& help) {
  std::string variable = "TROUPE_";
  for (const char c : name)
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return app.add_option("--" + name, target, help)->envname(variable)->capture_default_str();
}

CLI::Option* add_milliseconds(CLI::App& app, const std::string& name, milliseconds& target,
                              const std::string& help, std::int64_t least = 1) {
  // CLI11 reads numbers; the option's value is set when it has one.
  auto number = std::make_shared<std::int64_t>(target.count());
  return add(app, name, *number, help + " (ms)")
      ->check(CLI::Range(least, std::int64_t{86'400'000}))
      ->each([number, &target](const std::string& text) {
        target = milliseconds(std::strtoll(text.c_str(), nullptr, 10));
      });
}

}  // namespace

settings read_settings(int argc, char** argv) {
  settings made;
  troupe::options& server = made.server;
  std::vector<std::string> origins;
  CLI::App app{"troupe-node: a Socket.IO chat server"};
  app.set_version_flag("--version", std::string(TROUPE_VERSION));
  app.set_config("--config", "", "Read options from this file (TOML or INI)")
      ->envname("TROUPE_CONFIG");
  add(app, "host", server.host, "Address to listen on");
  add(app, "port", server.port, "Port to listen on; 0: any free one");
  add(app, "path", server.path, "Path of the Socket.IO endpoint");
  add(app, "threads", server.threads, "Threads; 0: one per core")->check(CLI::Range(0u, 1024u));
  add_milliseconds(app, "ping-interval", server.ping_interval, "Time between heartbeats");
  add_milliseconds(app, "ping-timeout", server.ping_timeout, "Time to answer one");
  add(app, "max-payload", server.max_http_buffer_size, "Bytes of one message")
      ->check(CLI::Range(std::size_t{1024}, std::size_t{1} << 30));
  add(app, "cors-origin", origins, "Origin that browsers may connect from; * for all")
      ->delimiter(',');
  add(app, "max-outbox-bytes", server.outbox_bytes_max,
      "Bytes kept for a client that does not read")
      ->check(CLI::Range(std::size_t{65536}, std::size_t{1} << 32));
  add(app, "unix-path", server.unix_path, "Unix domain socket to listen on instead");
  add(app, "reuse-port", server.reuse_port, "Share the port with other processes");
  add(app, "health-path", server.health_path, "Path that answers 200, or 503 while draining");
  add_milliseconds(app, "drain-timeout", made.drain_timeout,
                   "Time in which SIGTERM takes leave of the clients; 0: at once", 0);
  add(app, "tls-certificate", server.tls.certificate_file, "PEM file; serves https and wss");
  add(app, "tls-key", server.tls.key_file, "PEM file; the certificate's own if it has the key");
  add(app, "max-connections", server.limits.connections_max,
      "Connections at a time; 0: any number");
  add(app, "max-connections-per-address", server.limits.connections_per_address_max,
      "The same of one address; 0: any number");
  add(app, "max-clients", server.limits.sessions_max, "Clients at a time; 0: any number");
  add(app, "max-events-per-second", server.limits.events.per_second,
      "Of one socket, more are dropped; 0: any number");
  const std::map<std::string, troupe::log_level> levels{{"debug", troupe::log_level::debug},
                                                        {"info", troupe::log_level::info},
                                                        {"warning", troupe::log_level::warning},
                                                        {"error", troupe::log_level::error}};
  add(app, "log-level", made.log_level, "Least level that is logged")
      ->transform(CLI::CheckedTransformer(levels, CLI::ignore_case));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    std::exit(app.exit(asked));
  } catch (const CLI::ParseError& wrong) {
    std::fprintf(stderr, "troupe-node: %s\n", wrong.what());
    std::exit(2);
  }
  if (!origins.empty()) {
    const bool is_any = std::find(origins.begin(), origins.end(), "*") != origins.end();
    server.cors.emplace().origin = is_any ? troupe::origin_rule("*") : origins;
  }
  return made;
}

}  // namespace troupe_node
