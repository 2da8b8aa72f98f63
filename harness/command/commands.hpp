#pragma once

namespace CLI {
class App;
}

// The commands of troupe-fault: each adds itself to the command line and gives what to run.

#include <functional>

#include <troupe/harness/run.hpp>

namespace troupe::harness {

/// 0: all held; 1: a guarantee was violated; 2: the harness itself failed.
using command = std::function<int()>;

/// `how` outlives what it gives.
command add_run(CLI::App& to, const run_options& how);
command add_proxy(CLI::App& to);

}  // namespace troupe::harness
