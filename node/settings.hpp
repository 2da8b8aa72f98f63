#pragma once

#include <chrono>

#include <troupe/options.hpp>

namespace troupe_node {

/// What the command line, the environment (TROUPE_...) and the configuration file say.
struct settings {
  troupe::options server;
  /// In which SIGTERM closes the clients, half of it for the slow ones; 0: all at once.
  std::chrono::milliseconds drain_timeout{5'000};
  troupe::log_level log_level = troupe::log_level::info;
};

/// Reads them. Ends the process: 0 after --help and --version, 2 after one line on standard error
/// for what it does not understand.
settings read_settings(int argc, char** argv);

}  // namespace troupe_node
