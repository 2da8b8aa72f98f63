#pragma once

#include <functional>
#include <map>
#include <string>

#include <troupe/server.hpp>

/// How a server of Engine.IO's tests is set up: its options, and what is registered on it before it
/// starts.
struct scenario {
  std::function<void(troupe::options&)> configure = [](troupe::options&) {};
  std::function<void(troupe::server&)> prepare = [](troupe::server&) {};
};

/// Adds the one about what hooks hand on to the sockets.
void add_context(std::map<std::string, scenario>& all);

/// All of them, by name. Starts a thread for answers that come later: call it with the signals
/// blocked that are the main thread's.
std::map<std::string, scenario> scenarios();
