#pragma once

#include <troupe/harness/run.hpp>

namespace troupe::harness {

/// The whole command line of troupe-fault, for a program with an application of its own: its
/// main() gives the arguments on, and returns what this returns. `run` plays `how.application` and
/// checks `how.predicates`, simulated, with --sockets and with --against. 0: all held; 1: a
/// guarantee was violated; 2: the harness itself failed, or was asked for what it does not have.
/// Throws nothing. Thread: one; with `run` it sets the handler of SIGABRT, to tell the seed.
int run_command(int argc, char** argv, const run_options& how = {});

}  // namespace troupe::harness
