#pragma once

#include <memory>

#include <troupe/protocol/socketio/parser.hpp>

namespace troupe {

/// The parser of npm's socket.io-msgpack-parser: each packet is one binary message, the map
/// `{type, data, nsp, id}` in MessagePack, with binary values inside. Its clients need
/// `parser: require("socket.io-msgpack-parser")`.
///
///     troupe::server io{{.parser = troupe::msgpack_parser()}};
///
/// Values are JSON in here: dates arrive as ISO strings, NaN and undefined as null, typed arrays
/// and ArrayBuffers leave as plain binary. Bounds: limits::json_depth_max for nesting,
/// limits::arguments_max, and 1024 binary values in a packet; over them the client is closed.
std::shared_ptr<const parser> msgpack_parser();

}  // namespace troupe
