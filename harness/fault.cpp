#include <troupe/harness/fault.hpp>

#include <array>

namespace troupe::harness {

namespace {

using enum fault;
using enum fault_group;

constexpr auto descriptions = std::to_array<fault_description>({
    {latency, network, "latency", true, "latency=1000 ms, jitter=0 ms", "bytes arrive later"},
    {bandwidth, network, "bandwidth", true, "rate=1 KB/s", "so many bytes a second"},
    {slicer, network, "slicer", true, "average_size=1, size_variation=0, delay=0 us",
     "bytes arrive in small pieces"},
    {limit_data, network, "limit_data", true, "bytes=0", "closed in order behind so many bytes"},
    {reset_peer, network, "reset_peer", true, "timeout=0 ms, after_bytes=none",
     "reset, after a time or behind so many bytes"},
    {half_open, network, "half_open", true, "", "the client's end is gone, the server's not told"},
    {half_close, network, "half_close", true, "", "one direction ends, the other goes on"},
    {slow_reader, network, "slow_reader", true, "rate=1 KB/s", "the client reads slowly"},
    {slow_writer, network, "slow_writer", true, "rate=1 KB/s", "the client writes slowly"},
    {slow_close, network, "slow_close", true, "delay=1000 ms", "an end is told late"},
    {timeout, network, "timeout", true, "timeout=1000 ms",
     "no byte arrives; closed after the time, 0: never"},
    {down, network, "down", true, "", "connections are reset, new ones refused"},
    {partition, network, "partition", true, "", "no byte arrives until it is healed"},
    {duplicate_poll, engineio, "duplicate_poll", true, "", "a second GET beside the pending one"},
    {overlapping_post, engineio, "overlapping_post", false, "", "a second POST beside one"},
    {aborted_poll, engineio, "aborted_poll", true, "", "a GET's connection is closed at once"},
    {lost_probe, engineio, "lost_probe", true, "", "the upgrade is begun and not ended"},
    {upgrade_race, engineio, "upgrade_race", false, "", "the upgrade does not wait for requests"},
    {repeated_post, engineio, "repeated_post", true, "", "a POST is sent twice"},
    {missing_pong, engineio, "missing_pong", false, "", "a ping is not answered"},
    {wrong_sid, engineio, "wrong_sid", true, "", "a request of an unknown session"},
    {close_in_upgrade, engineio, "close_in_upgrade", true, "", "all is closed in mid-upgrade"},
    {crash_connection, actor, "crash_connection", false, "", "a client's actor dies"},
    {crash_broadcaster, actor, "crash_broadcaster", false, "", "a namespace's broadcaster dies"},
    {stall, actor, "stall", false, "", "a shard's actors do not run for a while"},
    {mailbox_flood, actor, "mailbox_flood", false, "messages=200", "an actor's mailbox is filled"},
    {delayed_down, actor, "delayed_down", false, "",
     "a client's actor dies, and the supervisor hears late"},
    {supervisor_limit, actor, "supervisor_limit", false, "",
     "a broadcaster dies past its restarts: the server stops, another takes its place"},
    {throwing_handler, actor, "throwing_handler", false, "", "a user's handler throws"},
    {accept_emfile, fault_group::system, "accept_emfile", false, "", "accepting rests"},
    {accept_enfile, fault_group::system, "accept_enfile", false, "", "accepting rests"},
    {accept_aborted, fault_group::system, "accept_aborted", false, "",
     "a connection is gone when it is accepted"},
    {write_epipe, fault_group::system, "write_epipe", false, "", "a write fails"},
    {write_enobufs, fault_group::system, "write_enobufs", false, "", "a write fails"},
    {failed_operation, fault_group::system, "failed_operation", false, "n=1",
     "the n-th read or write of the server fails"},
    {failed_allocation, fault_group::system, "failed_allocation", false, "n=1",
     "the n-th allocation in a user's handler fails"},
    {clock_jump, fault_group::system, "clock_jump", false, "by=60000 ms, wall=0",
     "time jumps, all at once"},
    {timer_starvation, fault_group::system, "timer_starvation", false, "",
     "no deadline is looked at for a while"},
    {exhausted_random, fault_group::system, "exhausted_random", false, "", "random bytes are zero"},
    {drain, process, "drain", false, "", "the server closes in order; another follows"},
    {kill, process, "kill", false, "", "the server is gone at once; another follows"},
    {restart, process, "restart", false, "delay=500 ms",
     "the same, and nothing listens for a while"},
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

}  // namespace troupe::harness
