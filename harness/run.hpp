#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <troupe/harness/application.hpp>

namespace troupe::harness {

/// The user's own condition, checked whenever the simulation is at rest. False: violated. What it
/// looks at is not made anew for each run, as an application is.
struct predicate {
  std::string name;
  std::function<bool()> holds;
};

struct run_options {
  std::size_t kept_events = trace::kept_by_default;
  std::vector<predicate> predicates;  ///< On real sockets: real_run.hpp says where.
  /// Makes the application that is run; none: the standard one.
  application_factory application;
};

struct rule_outcome {
  fault_rule rule;
  fault_count count;
};

/// What a run was.
struct run_result {
  std::uint64_t seed = 0;
  bool is_simulated = true;  ///< Else on real sockets, in real time.
  scenario played;           ///< Its drawn faults written out: ready to run again.
  std::uint64_t hash = 0;
  std::optional<violation> broken;  ///< None: every guarantee held.
  std::deque<trace_event> events;   ///< The last ones.
  std::vector<rule_outcome> faults;
  std::chrono::microseconds virtual_time{0};  ///< Real, if not simulated.
  std::size_t steps = 0;
  std::size_t deliveries = 0;
};

/// Runs `what` with `seed`: a server with an application and its clients, in virtual time, with its
/// faults; then all is healed and progress demanded; then everybody leaves, the
/// server ends, and nothing may be left. A pure function of scenario, seed and revision. Throws
/// std::invalid_argument for a scenario that has a flaw, and what the harness itself fails with.
run_result run(const scenario& what, std::uint64_t seed, const run_options& how = {});

/// A smaller scenario that breaks the same guarantee with the same seed: fewer rules, clients,
/// less time. `how`: as it was run. At most `runs_max` runs.
run_result shrink(const run_result& broken, const run_options& how = {},
                  std::size_t runs_max = 150);

/// Fails the n-th read or write of the server's, for every n that there is, each in a run of its
/// own; `seen` is told every result, and ends it with false. The number of runs.
std::size_t fail_every_operation(scenario what, std::uint64_t seed,
                                 const std::function<bool(const run_result&)>& seen,
                                 const run_options& how = {});

}  // namespace troupe::harness
