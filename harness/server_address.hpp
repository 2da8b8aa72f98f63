#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace troupe::harness {

/// Where a Socket.IO server is.
struct server_address {
  std::string host_and_port;
  std::string path = "/socket.io/";
};

/// Reads "HOST:PORT", "http://HOST:PORT" or "http://HOST:PORT/PATH". Throws std::invalid_argument
/// with what was expected.
server_address server_address_from(std::string_view text);

/// Joins the server at `where` as a client and asks it for something that the standard application
/// answers. Throws std::runtime_error with what is missing: a host, somebody who listens,
/// Engine.IO, a namespace, the answer; at the latest after `patience`.
void expect_standard_application(const server_address& where,
                                 std::chrono::milliseconds patience = std::chrono::seconds(5));

}  // namespace troupe::harness
