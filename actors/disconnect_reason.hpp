#pragma once

#include <cstdint>
#include <string_view>

namespace troupe {

/// Why a socket ended; the names are the reference's (`name_of`).
enum class disconnect_reason : std::uint8_t {
  transport_error,              ///< "transport error"
  transport_close,              ///< "transport close": the connection was closed
  forced_close,                 ///< "forced close": the client broke the protocol
  ping_timeout,                 ///< "ping timeout"
  parse_error,                  ///< "parse error"
  server_shutting_down,         ///< "server shutting down"
  forced_server_close,          ///< "forced server close"
  client_namespace_disconnect,  ///< "client namespace disconnect": the client left
  server_namespace_disconnect,  ///< "server namespace disconnect": socket::disconnect()
};

std::string_view name_of(disconnect_reason reason) noexcept;

}  // namespace troupe
