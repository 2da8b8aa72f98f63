#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::harness {

using std::chrono::milliseconds;

/// Every fault has one name, wherever it is used; those that Toxiproxy has are called as there.
enum class fault : std::uint8_t {
  // network
  latency,
  bandwidth,
  slicer,
  limit_data,
  reset_peer,
  half_open,
  half_close,
  slow_reader,
  slow_writer,
  slow_close,
  timeout,
  down,
  partition,
  heal,
  // HTTP and Engine.IO: what a client does wrong
  duplicate_poll,
  overlapping_post,
  aborted_poll,
  lost_probe,
  upgrade_race,
  repeated_post,
  missing_pong,
  wrong_sid,
  close_in_upgrade,
  // actors
  crash_connection,
  crash_broadcaster,
  stall,
  mailbox_flood,
  permuted_scheduling,
  delayed_down,
  supervisor_limit,
  throwing_handler,
  // system
  accept_emfile,
  accept_enfile,
  accept_aborted,
  write_epipe,
  write_enobufs,
  failed_operation,
  failed_allocation,
  clock_jump,
  timer_starvation,
  exhausted_random,
  // process
  drain,
  kill,
  restart
};

enum class fault_group : std::uint8_t { network, engineio, actor, system, process };

/// A number that a fault may be given.
struct fault_attribute {
  std::string_view name;
  std::string_view unit;            ///< "ms", "us", "KB/s", "bytes"; empty for a count.
  std::optional<double> otherwise;  ///< What holds where it is not given; none: nothing of it.
  double least = 0;
  double most = 1e9;
};

/// What `troupe-fault list` says of a fault.
struct fault_description {
  fault kind;
  fault_group group;
  std::string_view name;
  bool in_proxy;  ///< The proxy can do it, between any client and any server.
  std::span<const fault_attribute> attributes;
  std::string_view text;
};

std::span<const fault_description> all_faults() noexcept;
const fault_description& describe(fault kind) noexcept;
std::optional<fault> fault_named(std::string_view name) noexcept;
std::string_view name_of(fault_group group) noexcept;
/// What is wrong with giving `kind` this number, as a sentence; empty: nothing.
std::string flaw_of(fault kind, std::string_view attribute, double number);
/// "latency=1000 ms, jitter=0 ms": its attributes, with what holds where they are not given.
std::string attributes_text(const fault_description& of);

/// The way that bytes go: upstream is from the client to the server.
enum class direction : std::uint8_t { both, upstream, downstream };
inline constexpr std::string_view direction_names[] = {"both", "upstream", "downstream"};

/// When, where, how often and how a fault strikes.
struct fault_rule {
  fault kind = fault::latency;
  milliseconds at{0};                 ///< The first time; with `every` the time from which.
  std::optional<milliseconds> every;  ///< Again and again.
  milliseconds until = milliseconds::max();
  double probability = 1;         ///< At each time and for each target.
  std::vector<unsigned> clients;  ///< Whom, by number; empty: any that are not spared.
  direction stream = direction::both;
  milliseconds lasts{0};  ///< Of a fault that goes on; 0: until it is healed.
  std::map<std::string, double, std::less<>> attributes;

  double attribute(std::string_view name, double otherwise) const {
    const auto found = attributes.find(name);
    return found == attributes.end() ? otherwise : found->second;
  }
};

/// What is wrong with a rule by itself (times, probability, attributes), as a sentence that begins
/// with the member's name; empty: nothing.
std::string flaw_of(const fault_rule& rule);
/// "2.5", "1000".
std::string number_text(double number);

/// How often a rule's fault was set, and took effect. Armed and never fired: never reached.
struct fault_count {
  std::size_t armed = 0;
  std::size_t fired = 0;
};

}  // namespace troupe::harness
