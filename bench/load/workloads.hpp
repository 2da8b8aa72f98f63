#pragma once

#include "reactor.hpp"
#include "report.hpp"
#include "scenario.hpp"
#include "server_process.hpp"

namespace load {

// One function a kind of scenario: does it, and adds what it found to `result`. They end the
// program when the server does not do what it must.

/// fanout: `under_way` events are out at any time, a new one goes out when all clients have one.
/// rate: they go out at fixed times, whatever the server does, and are late from then on: delivery
/// times are free of coordinated omission.
void run_fanout(const scenario& what, reactor& events, const server_process& server,
                report& result);

/// Each client has `under_way` events out that the server answers.
void run_echo(const scenario& what, reactor& events, const server_process& server, report& result);

/// `under_way` clients at a time connect, join and leave, one after the other.
void run_churn(const scenario& what, reactor& events, const server_process& server, report& result);

/// Clients that do nothing: what they cost is in what a crowd reports.
void run_idle(const scenario& what, reactor& events, const server_process& server, report& result);

}  // namespace load
