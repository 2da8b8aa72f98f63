#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>
#include <troupe/harness/fault.hpp>
#include <troupe/runtime/options.hpp>

namespace troupe::harness {

/// Bytes, to say where a fault strikes: `after(17_bytes)`.
struct byte_count {
  std::uint64_t value;
};
constexpr byte_count operator""_bytes(unsigned long long count) {
  return {count};
}
constexpr byte_count after(byte_count count) {
  return count;
}

/// Whom a rule works on.
struct target {
  std::vector<unsigned> clients;  ///< Empty: any that are not spared.
};
inline target client(unsigned number) {
  return {{number}};
}
inline target connections() {
  return {};
}

struct scenario;

/// One rule of a scenario on its way: `at(2s).on(client(3)).reset_peer(after(17_bytes))`. The last
/// call adds it.
class rule_builder {
 public:
  rule_builder(scenario& to, fault_rule begun) : scenario_(to), rule_(std::move(begun)) {}

  rule_builder& on(target whom);
  rule_builder& with_probability(double p);
  rule_builder& lasting(milliseconds time);
  rule_builder& until(milliseconds time);
  rule_builder& upstream();
  rule_builder& downstream();

  /// Any fault, by its name, with its attributes as `troupe-fault list` tells them. Throws
  /// std::invalid_argument for attributes that it does not have, and for what is out of range.
  scenario& inflict(fault kind, std::map<std::string, double, std::less<>> attributes = {});
  scenario& reset_peer(byte_count behind);
  scenario& latency(milliseconds time, milliseconds jitter = {});
  scenario& slicer(byte_count average);
  scenario& partition() { return inflict(fault::partition); }
  scenario& heal() { return inflict(fault::heal); }
  scenario& crash() { return inflict(fault::crash_connection); }
  scenario& crash_broadcaster() { return inflict(fault::crash_broadcaster); }
  /// A client's actor dies when its n-th message from then is its turn.
  scenario& crash_in_message(std::size_t n);
  scenario& kill() { return inflict(fault::kill); }
  scenario& restart(milliseconds delay);

 private:
  scenario& scenario_;
  fault_rule rule_;
};

/// What happens in a run besides what the seed draws: how many clients, for how long, which faults.
/// The same scenario runs simulated and on real sockets. As data: JSON, see docs/harness.md.
struct scenario {
  std::string name = "standard";
  unsigned clients =
      5;  ///< Number 0 is spared by rules that name nobody: what it sees is the measure.
  unsigned shards = 2;
  milliseconds duration{12'000};
  milliseconds patience{60'000};  ///< When all is healed, progress is demanded within this.
  double actions_per_second = 2;  ///< Of each client.
  /// So many rules more, drawn from the seed, of every kind.
  unsigned drawn_faults = 0;
  troupe::options server;
  std::vector<fault_rule> rules;

  rule_builder at(milliseconds time);
  rule_builder every(milliseconds time);
};

/// The mix that `./dev test` runs: small bounds, short heartbeats, six faults drawn.
scenario standard_scenario();
/// The rules that `what.drawn_faults` stands for with this seed, in place of the number.
scenario expanded(scenario what, std::uint64_t seed);

/// Why it cannot be played, as a sentence: a rule that is wrong, that names a client that is not
/// there or a time when all is over. Empty: it can.
std::string flaw_of(const scenario& what);

/// Reads a scenario; the error is a sentence with the place ("faults[2].at: ..."). Unknown members
/// and numbers out of range are refused.
boost::system::result<scenario, std::string> scenario_from_json(std::string_view text);
/// The same from a file. Throws std::runtime_error with that sentence.
scenario scenario_from_file(const std::string& path);
std::string to_json(const scenario& what);
/// One rule as JSON.
std::string to_json(const fault_rule& rule);

}  // namespace troupe::harness
