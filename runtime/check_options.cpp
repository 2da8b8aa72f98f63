#include <troupe/runtime/check_options.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace troupe::runtime {

namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

// Times are added to the clock's.
constexpr milliseconds longest = std::chrono::hours(24 * 365 * 10);

[[noreturn]] void refuse(std::string_view name, const std::string& wanted) {
  throw std::invalid_argument("option " + std::string(name) + " must be " + wanted);
}

void at_least(std::size_t least, std::string_view name, std::size_t value) {
  if (value < least) refuse(name, "at least " + std::to_string(least));
}

void between(int least, int most, std::string_view name, int value) {
  if (value < least || value > most)
    refuse(name, "from " + std::to_string(least) + " to " + std::to_string(most));
}

void at_least(milliseconds least, std::string_view name, milliseconds value) {
  if (value < least) refuse(name, "at least " + std::to_string(least.count()) + " ms");
  if (value > longest) refuse(name, "at most ten years");
}

void check_times(const options& user) {
  at_least(1ms, "ping_interval", user.ping_interval);
  at_least(1ms, "ping_timeout", user.ping_timeout);
  at_least(1ms, "connect_timeout", user.connect_timeout);
  at_least(1ms, "upgrade_timeout", user.upgrade_timeout);
  at_least(0ms, "destroy_upgrade_timeout", user.destroy_upgrade_timeout);
  at_least(1ms, "event_middleware_timeout", user.event_middleware_timeout);
  at_least(1ms, "unread_timeout", user.unread_timeout);
  at_least(0ms, "ack_timeout", user.ack_timeout);
  at_least(0ms, "attachments_timeout", user.attachments_timeout);
  at_least(0ms, "outbox_soft_timeout", user.outbox_soft_timeout);
  at_least(1ms, "http_header_timeout", user.http_header_timeout);
  at_least(1ms, "http_body_timeout", user.http_body_timeout);
  at_least(1ms, "http_keep_alive_timeout", user.http_keep_alive_timeout);
  at_least(1ms, "http_hook_timeout", user.http_hook_timeout);
  at_least(0ms, "websocket_closing_timeout", user.websocket_closing_timeout);
  at_least(0ms, "polling_close_timeout", user.polling_close_timeout);
  at_least(1ms, "connection.http_write_timeout", user.connection.http_write_timeout);
  at_least(0ms, "connection.http_linger_timeout", user.connection.http_linger_timeout);
  at_least(0ms, "close_timeout", user.close_timeout);
  at_least(0ms, "broadcaster_restarts_window", user.broadcaster_restarts_window);
  if (user.connection_state_recovery)
    at_least(1ms, "connection_state_recovery.max_disconnection_duration",
             user.connection_state_recovery->max_disconnection_duration);
}

void check_counts(const options& user) {
  at_least(1, "max_http_buffer_size", user.max_http_buffer_size);
  at_least(1, "namespaces_max", user.namespaces_max);
  at_least(1, "namespaces_per_client_max", user.namespaces_per_client_max);
  at_least(1, "events_in_flight_max", user.events_in_flight_max);
  at_least(1, "bytes_in_flight_max", user.bytes_in_flight_max);
  at_least(4, "operations_under_way_max", user.operations_under_way_max);
  at_least(1, "outbox_bytes_max", user.outbox_bytes_max);
  at_least(1, "outbox_packets_max", user.outbox_packets_max);
  at_least(1, "http_header_bytes_max", user.http_header_bytes_max);
  at_least(1, "http_connections_per_shard_max", user.http_connections_per_shard_max);
  at_least(1, "connection.http_fields_max", user.connection.http_fields_max);
  at_least(1, "connection.websocket_fragments_max", user.connection.websocket_fragments_max);
}

void check_compression(const options& user) {
  if (const auto& chosen = user.per_message_deflate) {
    between(9, 15, "per_message_deflate.server_max_window_bits", chosen->server_max_window_bits);
    between(9, 15, "per_message_deflate.client_max_window_bits", chosen->client_max_window_bits);
    between(1, 9, "per_message_deflate.memory_level", chosen->memory_level);
    between(1, 9, "per_message_deflate.level", chosen->level);
  }
  if (user.http_compression) between(1, 9, "http_compression.level", user.http_compression->level);
}

}  // namespace

void check(const options& user) {
  if (user.cookie) check(*user.cookie);
  check_times(user);
  check_counts(user);
  check_compression(user);
}

}  // namespace troupe::runtime
