#pragma once

#include <troupe/server.hpp>

// The namespaces that the scripted server serves besides those of e2e_server.cpp.

namespace troupe_e2e {

/// Listeners, middlewares and the ways to end: reference_listeners.mjs.
void serve_listeners(troupe::server& io);

/// Namespace /values, typed handlers and acks: reference_values.mjs.
void serve_values(troupe::server& io);

}  // namespace troupe_e2e
