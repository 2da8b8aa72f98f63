#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <troupe/runtime/options.hpp>

namespace troupe::harness {

/// What a scenario as data may hold: the reader checks by it, the schema tells it.
struct member {
  enum class kind : std::uint8_t { text, number, whole, list, object };
  std::string_view name;
  kind is;
  double least = 0;  ///< Of numbers.
  double most = 1e9;
  std::string_view text;  ///< What it is, with its unit.
};

std::span<const member> scenario_members() noexcept;
std::span<const member> rule_members() noexcept;
std::span<const member> server_members() noexcept;

/// JSON Schema (2020-12) of scenarios: docs/scenario.schema.json, byte for byte.
std::string scenario_schema();

/// Calls `visit(name, option)` for each of the server's options that a scenario may set, in the
/// order of server_members(). Times are in milliseconds, sizes in bytes.
template <class Visit>
void each_server_option(options& of, Visit visit) {
  visit("ping_interval", of.ping_interval);
  visit("ping_timeout", of.ping_timeout);
  visit("upgrade_timeout", of.upgrade_timeout);
  visit("connect_timeout", of.connect_timeout);
  visit("ack_timeout", of.ack_timeout);
  visit("outbox_soft_timeout", of.outbox_soft_timeout);
  visit("polling_close_timeout", of.polling_close_timeout);
  visit("close_timeout", of.close_timeout);
  visit("events_in_flight_max", of.events_in_flight_max);
  visit("outbox_bytes_max", of.outbox_bytes_max);
  visit("outbox_bytes_soft_max", of.outbox_bytes_soft_max);
  visit("broadcaster_restarts_max", of.broadcaster_restarts_max);
}

}  // namespace troupe::harness
