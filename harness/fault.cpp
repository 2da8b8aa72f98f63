#include <troupe/harness/fault.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace troupe::harness {

namespace {

using enum fault;
using enum fault_group;

constexpr double day = 86'400'000;  // ms

constexpr fault_attribute latency_has[] = {{"latency", "ms", 1000, 0, day},
                                           {"jitter", "ms", 0, 0, day}};
constexpr fault_attribute rate_has[] = {{"rate", "KB/s", 1, 0.001}};
constexpr fault_attribute slicer_has[] = {
    {"average_size", "bytes", 1, 1}, {"size_variation", "bytes", 0}, {"delay", "us", 0}};
constexpr fault_attribute limit_has[] = {{"bytes", "bytes", 0, 0, 1e15}};
constexpr fault_attribute reset_has[] = {{"timeout", "ms", 0, 0, day},
                                         {"after_bytes", "bytes", {}, 0, 1e15}};
constexpr fault_attribute slow_close_has[] = {{"delay", "ms", 1000, 0, day}};
constexpr fault_attribute timeout_has[] = {{"timeout", "ms", 1000, 0, day}};
constexpr fault_attribute crash_has[] = {{"n", "", {}, 1, 1e6}};
constexpr fault_attribute flood_has[] = {{"messages", "", 200, 1, 1e5}};
constexpr fault_attribute nth_has[] = {{"n", "", 1, 1}};
constexpr fault_attribute allocation_has[] = {{"turn", "", 0, 0, 1}};
constexpr fault_attribute jump_has[] = {{"by", "ms", 60'000, 0, day}, {"wall", "", 0, 0, 1}};
constexpr fault_attribute drain_has[] = {{"deadline", "ms", 3000, 0, day}};
constexpr fault_attribute restart_has[] = {{"delay", "ms", 500, 0, day}};

constexpr auto descriptions = std::to_array<fault_description>({
    {latency, network, "latency", true, latency_has, "bytes arrive later"},
    {bandwidth, network, "bandwidth", true, rate_has, "so many bytes a second"},
    {slicer, network, "slicer", true, slicer_has, "bytes arrive in small pieces"},
    {limit_data, network, "limit_data", true, limit_has, "closed in order behind so many bytes"},
    {reset_peer, network, "reset_peer", true, reset_has,
     "reset, after a time or behind so many bytes"},
    {half_open, network, "half_open", true, {}, "the client's end is gone, the server's not told"},
    {half_close, network, "half_close", true, {}, "one direction ends, the other goes on"},
    {slow_reader, network, "slow_reader", true, rate_has, "the client reads slowly"},
    {slow_writer, network, "slow_writer", true, rate_has, "the client writes slowly"},
    {slow_close, network, "slow_close", true, slow_close_has, "an end is told late"},
    {timeout, network, "timeout", true, timeout_has,
     "no byte arrives; closed after the time, 0: never"},
    {down, network, "down", true, {}, "connections are reset, new ones refused"},
    {partition, network, "partition", true, {}, "no byte arrives until it is healed"},
    {fault::heal,
     network,
     "heal",
     true,
     {},
     "what goes on of the network's and the clients' faults ends; without clients every fault's"},
    {duplicate_poll, engineio, "duplicate_poll", true, {}, "a second GET beside the pending one"},
    {overlapping_post, engineio, "overlapping_post", false, {}, "a second POST beside one"},
    {aborted_poll, engineio, "aborted_poll", true, {}, "a GET's connection is closed at once"},
    {lost_probe, engineio, "lost_probe", true, {}, "the upgrade is begun and not ended"},
    {upgrade_race, engineio, "upgrade_race", false, {}, "the upgrade does not wait for requests"},
    {repeated_post, engineio, "repeated_post", true, {}, "a POST is sent twice"},
    {missing_pong, engineio, "missing_pong", false, {}, "a ping is not answered"},
    {wrong_sid, engineio, "wrong_sid", true, {}, "a request of an unknown session"},
    {close_in_upgrade, engineio, "close_in_upgrade", true, {}, "all is closed in mid-upgrade"},
    {crash_connection, actor, "crash_connection", false, crash_has,
     "a client's actor dies, at once or when its n-th message from now is its turn"},
    {crash_broadcaster, actor, "crash_broadcaster", false, crash_has,
     "a namespace's broadcaster dies, at once or in its n-th message"},
    {stall, actor, "stall", false, {}, "a shard's actors do not run for a while"},
    {mailbox_flood, actor, "mailbox_flood", false, flood_has, "an actor's mailbox is filled"},
    {permuted_scheduling,
     actor,
     "permuted_scheduling",
     false,
     {},
     "for a while one shard's actors go first, the youngest message's or the oldest's"},
    {delayed_down,
     actor,
     "delayed_down",
     false,
     {},
     "a client's actor dies, and the supervisor hears late"},
    {supervisor_limit,
     actor,
     "supervisor_limit",
     false,
     {},
     "a broadcaster dies past its restarts: the server stops, another takes its place"},
    {throwing_handler, actor, "throwing_handler", false, {}, "a user's handler throws"},
    {accept_emfile, fault_group::system, "accept_emfile", false, {}, "accepting rests"},
    {accept_enfile, fault_group::system, "accept_enfile", false, {}, "accepting rests"},
    {accept_aborted,
     fault_group::system,
     "accept_aborted",
     false,
     {},
     "a connection is gone when it is accepted"},
    {write_epipe, fault_group::system, "write_epipe", false, {}, "a write fails"},
    {write_enobufs, fault_group::system, "write_enobufs", false, {}, "a write fails"},
    {failed_operation, fault_group::system, "failed_operation", false, nth_has,
     "the n-th read or write of the server fails"},
    {failed_allocation, fault_group::system, "failed_allocation", false, allocation_has,
     "an allocation fails: in a user's handler; with turn=1 in a client's actor itself"},
    {clock_jump, fault_group::system, "clock_jump", false, jump_has,
     "time jumps, all at once; with wall=1 the wall clock alone, back"},
    {timer_starvation,
     fault_group::system,
     "timer_starvation",
     false,
     {},
     "no deadline is looked at for a while"},
    {exhausted_random, fault_group::system, "exhausted_random", false, {}, "random bytes are zero"},
    {drain, process, "drain", false, drain_has,
     "the server sends its clients away bit by bit, with 0 at once; another follows"},
    {kill, process, "kill", false, {}, "the server is gone at once; another follows"},
    {restart, process, "restart", false, restart_has, "the same, and nothing listens for a while"},
});

}  // namespace

std::span<const fault_description> all_faults() noexcept {
  return descriptions;
}

const fault_description& describe(fault kind) noexcept {
  for (const fault_description& one : descriptions)
    if (one.kind == kind) return one;
  return descriptions.front();
}

std::optional<fault> fault_named(std::string_view name) noexcept {
  for (const fault_description& one : descriptions)
    if (one.name == name) return one.kind;
  return {};
}

std::string_view name_of(fault_group group) noexcept {
  constexpr std::string_view names[] = {"network", "engineio", "actor", "system", "process"};
  return names[static_cast<std::size_t>(group)];
}

std::string number_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", number);
  return text;
}

std::string flaw_of(fault kind, std::string_view attribute, double number) {
  const auto listed = describe(kind).attributes;
  const auto found = std::find_if(listed.begin(), listed.end(), [&](const fault_attribute& one) {
    return one.name == attribute;
  });
  const std::string name(attribute);
  if (found == listed.end()) {
    const std::string there = attributes_text(describe(kind));
    return name + ": no attribute of " + std::string(describe(kind).name) +
           (there.empty() ? ", which has none" : ", which has " + there);
  }
  if (number >= found->least && number <= found->most) return {};
  return name + ": expected " + number_text(found->least) + " to " + number_text(found->most);
}

std::string attributes_text(const fault_description& of) {
  std::string text;
  for (const fault_attribute& one : of.attributes) {
    if (!text.empty()) text += ", ";
    text += std::string(one.name) + "=" + (one.otherwise ? number_text(*one.otherwise) : "none");
    if (!one.unit.empty()) text += " " + std::string(one.unit);
  }
  return text;
}

std::string flaw_of(const fault_rule& rule) {
  if (rule.at < milliseconds(0)) return "at: expected at least 0";
  if (rule.every && *rule.every < milliseconds(1)) return "every: expected at least 1 ms";
  if (rule.until < rule.at) return "until: expected at least what `at` is";
  if (rule.lasts < milliseconds(0)) return "for: expected at least 0";
  if (!(rule.probability >= 0 && rule.probability <= 1)) return "probability: expected 0 to 1";
  for (const auto& [name, number] : rule.attributes)
    if (std::string flaw = flaw_of(rule.kind, name, number); !flaw.empty())
      return "attributes." + flaw;
  return {};
}

}  // namespace troupe::harness
