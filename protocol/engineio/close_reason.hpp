#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::protocol::engineio {

/// Why a session ended.
enum class close_reason : std::uint8_t {
  transport_error,  ///< "transport error": malformed HTTP use, reset
  transport_close,  ///< "transport close": the peer closed the connection or sent a close packet
  ping_timeout,     ///< "ping timeout"
  parse_error,      ///< "parse error": an Engine.IO packet that does not parse
  forced_close,     ///< "forced close": the server called close()
};
std::string_view name_of(close_reason reason) noexcept;

}  // namespace troupe::protocol::engineio
