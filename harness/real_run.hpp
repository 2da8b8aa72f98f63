#pragma once

#include <string>

#include <troupe/harness/run.hpp>
#include <troupe/harness/server_address.hpp>

namespace troupe::harness {

/// Plays `what` on real sockets and in real time, against the server at `where`, whoever wrote it.
/// Its clients are those of `how.application`, which the server must serve; without one those of
/// the standard application (docs/harness.md), and std::runtime_error says at once if the server
/// does not serve it. Faults are those of the network, by a proxy in front of each client, and
/// those of clients; the others are never reached. Checked is what clients can see: order, exactly
/// once, one order, nothing behind the end, acks, protocol, liveness; of other applications
/// protocol, liveness, what they say by stage::judge, and `how.predicates`, ten times a second
/// between what the clients do. Not repeatable: the seed draws what is
/// tried, not what happens. Returns after `what.duration`, what the clients' coming back takes of
/// `what.patience`, and at most 6 s. std::invalid_argument: a scenario that cannot be played;
/// boost::system::system_error: no port for a proxy. Thread: the caller's, which runs the clients.
run_result run_against(const server_address& where, const scenario& what, std::uint64_t seed,
                       const run_options& how = {});

/// The same, with a server of our own in this process, on a thread of its own: an application is
/// made twice, see stage::role. Of its server is checked besides: unique ids, ended once, and ten
/// times a second, on its thread, when its actors have nothing to do: subscribers equal the
/// connected, `how.predicates`, application::check(). What these throw comes out of this.
run_result run_on_sockets(const scenario& what, std::uint64_t seed, const run_options& how = {});

}  // namespace troupe::harness
