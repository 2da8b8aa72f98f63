#include <troupe/actors/limits.hpp>

namespace troupe {

std::string_view name_of(limit which) noexcept {
  switch (which) {
    case limit::connections:
      return "connections";
    case limit::connections_per_address:
      return "connections_per_address";
    case limit::sessions:
      return "sessions";
    case limit::sessions_per_address:
      return "sessions_per_address";
    case limit::event_rate:
      return "event_rate";
    case limit::room_name_bytes:
      return "room_name_bytes";
    case limit::rooms_per_shard:
      return "rooms_per_shard";
  }
  return "";
}

}  // namespace troupe
