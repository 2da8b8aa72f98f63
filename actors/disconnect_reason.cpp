#include <troupe/actors/disconnect_reason.hpp>

namespace troupe {

std::string_view name_of(disconnect_reason reason) noexcept {
  switch (reason) {
    case disconnect_reason::transport_error:
      return "transport error";
    case disconnect_reason::transport_close:
      return "transport close";
    case disconnect_reason::forced_close:
      return "forced close";
    case disconnect_reason::ping_timeout:
      return "ping timeout";
    case disconnect_reason::parse_error:
      return "parse error";
    case disconnect_reason::server_shutting_down:
      return "server shutting down";
    case disconnect_reason::forced_server_close:
      return "forced server close";
    case disconnect_reason::client_namespace_disconnect:
      return "client namespace disconnect";
    case disconnect_reason::server_namespace_disconnect:
      return "server namespace disconnect";
  }
  return "unknown";
}

}  // namespace troupe
