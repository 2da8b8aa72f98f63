// Faults of one's own over the standard application, in virtual time: a client's connection is
// reset 17 bytes on, and connections crash at random, the same at every run of a seed.

#include <chrono>
#include <cstdio>

#include <troupe/harness/report.hpp>
#include <troupe/harness/run.hpp>
#include <troupe/harness/scenario.hpp>

using namespace std::chrono_literals;

int main() {
  using namespace troupe::harness;
  scenario what = standard_scenario();
  what.at(2s).on(client(3)).reset_peer(after(17_bytes));
  what.every(100ms).with_probability(0.01).on(connections()).crash();
  const run_result result = run(what, /*seed=*/4711);
  if (result.broken) std::puts(text_report(shrink(result)).c_str());
  return result.broken ? 1 : 0;
}
