#pragma once

#include <string>

#include <troupe/harness/run.hpp>

namespace troupe::harness {

/// Plays `what` on real sockets and in real time, against the server at `address` ("HOST:PORT"),
/// whoever wrote it: it serves the standard application (docs/harness.md). Faults are those of the
/// network, by a proxy in front of each client, and those of clients; the others are never
/// reached. Checked is what clients can see: order, exactly once, one order, nothing behind the
/// end, acks, protocol, liveness. Not repeatable: the seed draws what is tried, not what happens.
run_result run_against(const std::string& address, const scenario& what, std::uint64_t seed);

/// The same, with a server of our own in this process, on a thread of its own.
run_result run_on_sockets(const scenario& what, std::uint64_t seed);

}  // namespace troupe::harness
