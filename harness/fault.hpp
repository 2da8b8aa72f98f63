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

/// What `troupe-fault list` says of a fault.
struct fault_description {
  fault kind;
  fault_group group;
  std::string_view name;
  bool in_proxy;  ///< The proxy can do it, between any client and any server.
  std::string_view attributes;
  std::string_view text;
};

std::span<const fault_description> all_faults() noexcept;
const fault_description& describe(fault kind) noexcept;
std::optional<fault> fault_named(std::string_view name) noexcept;
std::string_view name_of(fault_group group) noexcept;

/// The way that bytes go: upstream is from the client to the server.
enum class direction : std::uint8_t { both, upstream, downstream };

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

/// How often a rule's fault was set, and took effect. Armed and never fired: never reached.
struct fault_count {
  std::size_t armed = 0;
  std::size_t fired = 0;
};

}  // namespace troupe::harness
