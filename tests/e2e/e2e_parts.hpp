#pragma once

#include <CLI/CLI.hpp>

#include <troupe/server.hpp>

// The namespaces that the scripted server serves besides those of e2e_server.cpp.

namespace troupe_e2e {

/// Listeners, middlewares and the ways to end: reference_listeners.mjs.
void serve_listeners(troupe::server& io);

/// Adds the options that choose the protocol's revision and its parser: e2e_protocol.cpp.
void add_protocol_options(CLI::App& app, troupe::options& options);
/// Namespace /values, typed handlers and acks: reference_values.mjs.
void serve_values(troupe::server& io);
/// Operators, acks, members: reference_operators.mjs.
void serve_operators(troupe::server& io);

/// Dynamic namespaces: reference_namespaces.mjs.
void serve_namespaces(troupe::server& io);

}  // namespace troupe_e2e
