#pragma once

#include <string>

#include <troupe/harness/run.hpp>
#include <troupe/harness/server_address.hpp>

namespace troupe::harness {

/// Plays `what` on real sockets and in real time, against the server at `where`, whoever wrote it:
/// it serves the standard application (docs/harness.md), or std::runtime_error says at once that it
/// does not. Of `how` it takes kept_events. Faults are those of the
/// network, by a proxy in front of each client, and those of clients; the others are never
/// reached. Checked is what clients can see: order, exactly once, one order, nothing behind the
/// end, acks, protocol, liveness. Not repeatable: the seed draws what is tried, not what happens.
run_result run_against(const server_address& where, const scenario& what, std::uint64_t seed,
                       const run_options& how = {});

/// The same, with a server of our own in this process, on a thread of its own.
run_result run_on_sockets(const scenario& what, std::uint64_t seed, const run_options& how = {});

}  // namespace troupe::harness
