#include "settings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace troupe_node {

namespace {

using milliseconds = std::chrono::milliseconds;
constexpr std::array<const char*, 4> level_names{"debug", "info", "warning", "error"};

/// --ping-interval is TROUPE_PING_INTERVAL.
std::string variable_of(std::string_view name) {
  std::string variable = "TROUPE_";
  for (const char c : name)
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

/// An option that can also come from the environment.
template <class T>
CLI::Option* add(CLI::App& app, const std::string& name, T& target, const std::string& help) {
  return app.add_option("--" + name, target, help)
      ->envname(variable_of(name))
      ->capture_default_str();
}

/// The command line, and before it what the environment says of options that are not on it: so the
/// environment goes before the file, which CLI11 on its own would do the other way round.
std::vector<std::string> words(const CLI::App& app, int argc, char** argv) {
  const std::vector<std::string> line(argv + std::min(argc, 1), argv + argc);
  std::vector<std::string> all;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    const bool is_told = std::any_of(line.begin(), line.end(), [&](const std::string& word) {
      return word == name || word.starts_with(name + "=");
    });
    const char* given =
        option->get_envname().empty() ? nullptr : std::getenv(option->get_envname().c_str());
    if (given != nullptr && !is_told) all.push_back(name + "=" + given);
  }
  all.insert(all.end(), line.begin(), line.end());
  std::reverse(all.begin(), all.end());  // As CLI11 takes them.
  return all;
}

std::string begins_with_slash(const std::string& path) {
  return path.size() > 1 && path.front() == '/' ? "" : "expected a path such as /name: " + path;
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
      ->envname(variable_of("config"));
  // A misspelt option, and what is no configuration at all, is an error.
  app.allow_config_extras(CLI::config_extras_mode::error);
  add(app, "host", server.host, "Address to listen on");
  add(app, "port", server.port, "Port to listen on; 0: any free one")->check(CLI::Range(0, 65535));
  add(app, "path", server.path, "Path of the Socket.IO endpoint")->check(begins_with_slash);
  add(app, "threads", server.threads, "Threads; 0: one per core")->check(CLI::Range(0u, 1024u));
  add_milliseconds(app, "ping-interval", server.ping_interval, "Time between heartbeats");
  add_milliseconds(app, "ping-timeout", server.ping_timeout, "Time to answer one");
  add(app, "max-payload", server.max_http_buffer_size, "Bytes of one message")
      ->check(CLI::Range(std::size_t{1024}, std::size_t{1} << 30));
  add(app, "cors-origin", origins, "Origin whose pages may read answers (CORS); * for all")
      ->delimiter(',');
  add(app, "max-outbox-bytes", server.outbox_bytes_max,
      "Bytes kept for a client that does not read")
      ->check(CLI::Range(std::size_t{65536}, std::size_t{1} << 32));
  add(app, "unix-path", server.unix_path, "Unix domain socket to listen on instead");
  app.add_flag("--reuse-port", server.reuse_port, "Share the port with other processes")
      ->envname(variable_of("reuse-port"));
  add(app, "health-path", server.health_path, "Path that answers 200, or 503 while draining")
      ->check(begins_with_slash);
  add_milliseconds(app, "drain-timeout", made.drain_timeout,
                   "Time in which SIGTERM takes leave of the clients; 0: at once", 0);
  auto* certificate =
      add(app, "tls-certificate", server.tls.certificate_file, "PEM file; serves https and wss")
          ->check(CLI::ExistingFile);
  add(app, "tls-key", server.tls.key_file, "PEM file; the certificate's own if it has the key")
      ->check(CLI::ExistingFile)
      ->needs(certificate);
  add(app, "max-connections", server.limits.connections_max, "Connections at a time; 0: any number")
      ->check(CLI::Range(0.0, 1e9));
  add(app, "max-connections-per-address", server.limits.connections_per_address_max,
      "The same of one address; 0: any number")
      ->check(CLI::Range(0.0, 1e9));
  add(app, "max-clients", server.limits.sessions_max, "Clients at a time; 0: any number")
      ->check(CLI::Range(0.0, 1e9));
  add(app, "max-events-per-second", server.limits.events.per_second,
      "Of one socket, more are dropped; 0: any number")
      ->check(CLI::Range(0.0, 1e9));
  add(app, "max-events-burst", server.limits.events.burst, "Events of one socket at once")
      ->check(CLI::Range(1.0, 1e9));
  std::string level = level_names[static_cast<std::size_t>(made.log_level)];
  add(app, "log-level", level, "Least level that is logged")
      ->check(CLI::IsMember(std::vector<std::string>(level_names.begin(), level_names.end())));
  try {
    app.parse(words(app, argc, argv));
  } catch (const CLI::Success& asked) {
    std::exit(app.exit(asked));
  } catch (const CLI::ParseError& wrong) {
    std::fprintf(stderr, "troupe-node: %s\n", wrong.what());
    std::exit(2);
  }
  const auto named = std::find(level_names.begin(), level_names.end(), level);
  made.log_level = static_cast<troupe::log_level>(named - level_names.begin());
  if (!origins.empty()) {
    const bool is_any = std::find(origins.begin(), origins.end(), "*") != origins.end();
    server.cors.emplace().origin = is_any ? troupe::origin_rule("*") : origins;
  }
  return made;
}

}  // namespace troupe_node
