#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <troupe/actors/connection_state_recovery.hpp>
#include <troupe/actors/limits.hpp>
#include <troupe/actors/log_level.hpp>
#include <troupe/runtime/connection_limits.hpp>
#include <troupe/runtime/request_options.hpp>
#include <troupe/transport/deflate_options.hpp>
#include <troupe/transport/tls_options.hpp>

namespace caf {
class actor;
class actor_system;
}  // namespace caf

namespace troupe {

namespace actors {
class pinned_unit;
class shard_context;
}  // namespace actors

class clock;
class parser;
class random_source;
class simulator;

/// A server's options. Names and defaults are the reference's where it has the option; each bound
/// says what happens when it is reached. A server is not made of a count or a time that it could
/// not run with (std::invalid_argument names the option). Every member has an initializer: who
/// names a few of them, `{.port = 80}`, is not warned of the others.
struct options {
  // --- where it listens
  std::string host = "0.0.0.0";
  std::uint16_t port = 3000;  ///< 0: any free one; server::port() tells.
  /// Requests whose path begins with this and a slash are Engine.IO's.
  std::string path = "/socket.io";
  bool add_trailing_slash = true;  ///< False: the path without the slash is, too.
  /// Shards, each a thread with its own connections. 0: as many as the machine has cores.
  unsigned threads = 0;
  int backlog = 4096;  ///< Connections the kernel holds until they are accepted.
  /// Unless empty: a Unix domain socket in the file system, instead of host and port.
  std::string unix_path{};
  bool reuse_port = false;  ///< SO_REUSEPORT: other processes may listen at the same port.
  /// False: start() listens nowhere; see server::listen() and server::attach().
  bool listens = true;
  /// A path that answers 200, and 503 once the server drains or closes. Empty: none.
  std::string health_path{};

  transport::tls_options tls{};  ///< Off unless it names a certificate.

  // --- Engine.IO
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};     ///< No pong: "ping timeout".
  std::chrono::milliseconds upgrade_timeout{10'000};  ///< The WebSocket is closed, polling goes on.
  /// An upgrade request that nobody serves is closed after the time; false: it is for on_http.
  bool destroy_upgrade = true;
  std::chrono::milliseconds destroy_upgrade_timeout{1'000};
  /// Bytes of one message or polling payload. Over it: HTTP 413, or WebSocket close 1009.
  std::size_t max_http_buffer_size = 1'000'000;
  bool polling = true;
  bool websocket = true;
  bool allow_upgrades = true;
  /// Serves clients of Engine.IO 3 and Socket.IO 4 too (socket.io-client 1 and 2), which join "/"
  /// without asking and take the session's id, which is a secret, for their socket's.
  bool allow_eio3 = false;
  /// Compression of WebSocket messages (permessage-deflate). None, as in the reference: off.
  std::optional<transport::deflate_options> per_message_deflate{};
  /// None: no CORS headers, and OPTIONS is refused as the reference does.
  std::optional<cors_options> cors{};
  /// Others get 403, on WebSocket too. Browsers name the server's own origin too: list it. A
  /// request without an origin is let in, but for JSONP. None: all.
  std::optional<origin_rule> allowed_origins{};
  allow_request_hook allow_request{};  ///< Asked at every handshake. None: everybody may come in.
  std::optional<cookie_options> cookie{};  ///< Set by a polling session's first response.
  std::string initial_packet{};            ///< A message behind every handshake. Empty: none.
  std::optional<http_compression_options> http_compression = http_compression_options{};

  // --- Socket.IO
  std::chrono::milliseconds connect_timeout{45'000};  ///< No namespace joined: closed.
  /// A middleware of socket::use that neither lets an event on nor refuses it: it is refused,
  /// "timed out".
  std::chrono::milliseconds event_middleware_timeout{60'000};
  std::chrono::milliseconds ack_timeout{60'000};  ///< The handler gets ack_errc::timed_out.
  std::size_t acks_max = 1024;  ///< Waiting, per socket; over it: ack_errc::too_many.
  /// Broadcasts that wait for acks, on each shard; over it: ack_errc::too_many.
  std::size_t broadcast_acks_max = 1024;
  std::size_t rooms_per_socket_max = 4096;      ///< Over it: join throws std::length_error.
  std::size_t namespaces_per_client_max = 256;  ///< Over it: the client is closed.
  /// Of the server. Over it: server::of throws std::length_error, a client that wants another made
  /// by a pattern is refused ("too many namespaces").
  std::size_t namespaces_max = 65'536;
  /// A namespace made by a pattern goes when its last socket has left.
  bool cleanup_empty_child_namespaces = false;
  std::size_t attachments_max = 10;  ///< Of one packet; over it: the client is closed.
  std::chrono::milliseconds attachments_timeout{60'000};  ///< Not all came: closed.
  std::size_t arguments_max = 4096;                       ///< Of one event; over it: closed.
  std::size_t json_depth_max = 512;                       ///< Over it: closed.
  /// Another encoding of packets than JSON, which all clients must use: <troupe/msgpack.hpp>, or
  /// one of your own, <troupe/parser.hpp>. Null: JSON.
  std::shared_ptr<const troupe::parser> parser{};
  /// Events of one client that wait for their handlers. At it: the client is not read.
  std::size_t events_in_flight_max = 64;
  /// The same in bytes, counted until all of them are handled. At it: the client is not read.
  std::size_t bytes_in_flight_max = 4 * 1024 * 1024;
  /// A client that is not read cannot be heard to answer pings, and need not. For so long at a
  /// time: then it is closed at the next ping ("ping timeout"), since it may have gone unseen.
  /// Longer than event_middleware_timeout.
  std::chrono::milliseconds unread_timeout{120'000};

  /// Operations of a namespace (broadcasts, joins...) that a shard was sent and has not taken. At
  /// it: the namespace waits for that shard, and its clients' credit with it. At least 4.
  std::size_t operations_under_way_max = 16'384;
  /// Emits and other operations on a namespace by threads and actors of your own that wait for its
  /// broadcaster. At it they are refused: emit() gives false. For handlers the credit above counts.
  std::size_t emits_under_way_max = 65'536;

  /// None: a client that comes back is a new one.
  std::optional<connection_state_recovery_options> connection_state_recovery{};

  // --- slow readers
  std::size_t outbox_bytes_max = 4 * 1024 * 1024;   ///< Not yet sent; over it: closed.
  std::size_t outbox_bytes_soft_max = 1024 * 1024;  ///< Over it for the next time: closed.
  std::chrono::milliseconds outbox_soft_timeout{10'000};
  std::size_t outbox_packets_max = 65'536;  ///< Over it: closed.
  int send_buffer_bytes = 256 * 1024;  ///< SO_SNDBUF: what the kernel holds besides. 0: its choice.

  // --- HTTP
  std::size_t http_header_bytes_max = 16'384;                 ///< 431, closed.
  std::chrono::milliseconds http_header_timeout{10'000};      ///< Closed.
  std::chrono::milliseconds http_body_timeout{30'000};        ///< 408, closed.
  std::chrono::milliseconds http_keep_alive_timeout{65'000};  ///< Closed.
  /// For a hook of the user's (allow_request, engine::use, generate_id) to answer: 503, closed.
  std::chrono::milliseconds http_hook_timeout{10'000};
  /// Connections of one shard that are not (yet) a WebSocket. Over it: closed on arrival.
  std::size_t http_connections_per_shard_max = 100'000;
  std::chrono::milliseconds websocket_closing_timeout{5'000};  ///< Reset.
  /// How long a polling client that the server closes is waited for.
  std::chrono::milliseconds polling_close_timeout{30'000};

  connection_limits connection{};  ///< More bounds of one connection.
  server_limits limits{};          ///< Of all together, and of how fast each may be.

  // --- the server's own life
  /// close() waits this long for clients to go before it resets their connections.
  std::chrono::milliseconds close_timeout{5'000};
  /// A broadcaster that dies is restarted this often in the window; past it the server stops.
  std::size_t broadcaster_restarts_max = 5;
  std::chrono::milliseconds broadcaster_restarts_window{10'000};

  /// Answers HTTP requests that are not Engine.IO's (pages, health). On the shard's thread: must
  /// not block. None, or no answer: 404.
  std::function<std::optional<transport::http_response>(const transport::http_request&)> on_http{};
  /// Receives log lines, from any thread. Default: warnings and errors go to standard error.
  std::function<void(log_level, std::string_view)> log{};
  /// Of each level. Over it lines are counted and dropped; a later line tells how many.
  std::size_t log_lines_per_second_max = 100;

  /// Another protocol than Socket.IO on Engine.IO: spawns the actor of one client, pinned to its
  /// shard. It handles actors::attached, client_data and link_closed, which may be the first, and
  /// answers through the link. Called on the first shard's thread; if it throws, or gives null,
  /// that client is closed.
  std::function<caf::actor(caf::actor_system&, actors::pinned_unit&, actors::shard_context&)>
      client_actor{};

  /// Told the port once it is had, before anything is accepted, on the thread that starts the
  /// server.
  std::function<void(std::uint16_t)> on_listening{};

  // --- seams for tests; null: the system's
  const troupe::clock* clock = nullptr;
  random_source* random = nullptr;
  /// In place of threads and a listening socket (`troupe::harness`).
  troupe::simulator* simulator = nullptr;
};

}  // namespace troupe
