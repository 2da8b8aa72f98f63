#include <troupe/runtime/settings.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>

#include <troupe/runtime/check_options.hpp>
#include <troupe/runtime/log_limiter.hpp>

namespace troupe::runtime {

namespace {

void log_to_stderr(log_level level, std::string_view line) {
  if (level < log_level::warning) return;
  const std::string_view name = level == log_level::warning ? "warning" : "error";
  std::fprintf(stderr, "troupe: %.*s: %.*s\n", static_cast<int>(name.size()), name.data(),
               static_cast<int>(line.size()), line.data());
}

}  // namespace

shard_settings settings_from(options user) {
  check(user);
  shard_settings made;
  made.path = user.path;
  while (!made.path.empty() && made.path.back() == '/') made.path.pop_back();
  if (user.add_trailing_slash) made.path += '/';
  if (made.path.empty() || made.path.front() != '/') made.path.insert(made.path.begin(), '/');
  made.clock = user.clock != nullptr ? user.clock : &system_clock();
  made.random = user.random != nullptr ? user.random : &system_random();

  auto& bounds = made.engine.bounds;
  bounds.payload_bytes_max = user.max_http_buffer_size;
  bounds.json_depth_max = user.json_depth_max;
  bounds.arguments_max = user.arguments_max;
  bounds.attachments_max = user.attachments_max;
  bounds.attachments_timeout = user.attachments_timeout;
  bounds.namespace_bytes_max = user.connection.namespace_bytes_max;
  made.engine.ping_interval = user.ping_interval;
  made.engine.ping_timeout = user.ping_timeout;
  made.engine.upgrade_timeout = user.upgrade_timeout;
  made.engine.polling_close_timeout = user.polling_close_timeout;
  made.engine.allow_upgrades = user.allow_upgrades;
  made.engine.transports = {user.polling, user.websocket, user.allow_eio3};

  made.http.header_bytes_max = user.http_header_bytes_max;
  made.http.body_bytes_max = user.max_http_buffer_size;
  made.http.header_timeout = user.http_header_timeout;
  made.http.body_timeout = user.http_body_timeout;
  made.http.keep_alive_timeout = user.http_keep_alive_timeout;
  made.http.fields_max = user.connection.http_fields_max;
  made.http.write_timeout = user.connection.http_write_timeout;
  made.http.linger_timeout = user.connection.http_linger_timeout;
  made.http.linger_bytes_max = user.connection.http_linger_bytes_max;
  made.websocket.message_bytes_max = user.max_http_buffer_size;
  made.websocket.fragments_max = user.connection.websocket_fragments_max;
  made.websocket.outgoing.bytes_max = user.outbox_bytes_max;
  made.websocket.outgoing.slices_max = user.outbox_packets_max;
  made.websocket.closing_timeout = user.websocket_closing_timeout;
  const server_limits& limits = user.limits;
  made.connections = std::make_shared<transport::admission>(
      transport::admission_limits{limits.connections_max, limits.connections_per_address_max});
  made.sessions = std::make_shared<transport::admission>(
      transport::admission_limits{limits.sessions_max, limits.sessions_per_address_max});
  if (user.threads == 0) user.threads = std::max(1u, std::thread::hardware_concurrency());
  if (!user.log) user.log = log_to_stderr;
  user.log = [limiter = std::make_shared<log_limiter>(std::move(user.log), *made.clock,
                                                      user.log_lines_per_second_max)](
                 log_level level, std::string_view line) { (*limiter)(level, line); };
  made.user = std::move(user);
  return made;
}

transport::listener_options listener_options_from(const options& user) {
  transport::listener_options made;
  made.host = user.host;
  made.port = user.port;
  made.unix_path = user.unix_path;
  made.reuse_port = user.reuse_port;
  made.backlog = user.backlog;
  made.send_buffer_bytes = user.send_buffer_bytes;
  return made;
}

actors::actor_options actor_options_from(const shard_settings& settings) {
  const options& user = settings.user;
  actors::actor_options made;
  made.bounds = settings.engine.bounds;
  made.limits = user.limits;
  made.connect_timeout = user.connect_timeout;
  made.event_middleware_timeout = user.event_middleware_timeout;
  made.ack_timeout = user.ack_timeout;
  made.acks_max = user.acks_max;
  made.broadcast_acks_max = user.broadcast_acks_max;
  made.rooms_per_socket_max = user.rooms_per_socket_max;
  made.namespaces_per_client_max = user.namespaces_per_client_max;
  made.operations_under_way_max = user.operations_under_way_max;
  made.namespaces_max = user.namespaces_max;
  made.cleanup_empty_child_namespaces = user.cleanup_empty_child_namespaces;
  made.broadcaster_restarts_max = user.broadcaster_restarts_max;
  made.broadcaster_restarts_window = user.broadcaster_restarts_window;
  made.close_timeout = user.close_timeout;
  made.parser = user.parser;
  made.emits_under_way_max = user.emits_under_way_max;
  made.recovery = user.connection_state_recovery;
  made.silence_max = user.ping_interval + user.ping_timeout;
  made.missed_bytes_max = user.outbox_bytes_max;
  return made;
}

}  // namespace troupe::runtime
