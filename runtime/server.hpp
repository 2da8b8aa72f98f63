#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/actors/nsp.hpp>
#include <troupe/actors/socket.hpp>
#include <troupe/runtime/engine.hpp>
#include <troupe/runtime/options.hpp>
#include <troupe/transport/listener_options.hpp>

namespace caf {
class actor_system;
}

namespace troupe {

struct foreign_connection;

/// What a server counted, all shards together; see actors/counters.hpp for the meaning.
struct server_stats {
  std::uint64_t clients = 0;  ///< Engine.IO sessions open now.
  std::uint64_t sockets = 0;  ///< Sockets connected now.
  std::uint64_t rooms = 0;    ///< Rooms with a member, counted on each shard; own-id rooms not.
  std::uint64_t connections_accepted = 0;
  std::uint64_t requests_refused = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t packets_malformed = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t sockets_refused = 0;
  std::uint64_t handlers_thrown = 0;
  std::uint64_t arguments_mismatched = 0;
  std::uint64_t acks_timed_out = 0;
  std::uint64_t volatile_dropped = 0;
  std::uint64_t outboxes_overflown = 0;
  std::uint64_t reads_paused = 0;
  std::uint64_t connections_refused = 0;  ///< By options::limits, as the next three.
  std::uint64_t sessions_refused = 0;
  std::uint64_t events_refused = 0;
  std::uint64_t rooms_refused = 0;
};

/// A Socket.IO server: a listener, shards (one thread each), and the actors behind them.
///
///     troupe::server io{{.port = 3000}};
///     io.on_connection([&](troupe::socket& socket) {
///       socket.on("chat", [&](const troupe::value& msg) { io.emit("chat", msg); });
///     });
///     io.run();
///
/// Handlers run on the threads of the shards: those of one client never at the same time, those of
/// different clients do when there is more than one thread. They must not block: their shard's
/// other clients wait. Register handlers before run() or start(), or at any time for clients that
/// come later. All functions may be called from any thread; emits from one thread arrive in order.
class server {
 public:
  /// Makes a server with an actor system of its own. Nothing listens yet.
  explicit server(options settings = {});
  /// Makes a server inside `system`, whose scheduler it leaves alone. `system` outlives it. With
  /// CAF 1.x, call troupe::init_actor_types() before the system is made.
  server(caf::actor_system& system, options settings);
  /// close() and wait().
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Listens and serves until close(), or until SIGINT or SIGTERM, which end it in the same way.
  /// Throws boost::system::system_error when the address cannot be had (address_in_use...). Gives
  /// what wait() gives.
  bool run();
  /// The same, without waiting and without an eye on signals. Once: std::logic_error is thrown
  /// when it has been started or closed before. After an error it may be tried again. A close()
  /// from another thread meanwhile ends the server as soon as it runs.
  void start();
  /// The port that start() got, or the last listen().
  std::uint16_t port() const noexcept;
  /// Ends the server in order: no new connections; every socket ends ("server shutting down");
  /// what was emitted is written; connections are closed, and reset after options::close_timeout.
  /// Returns at once. Any thread, also in a handler, but not in a signal handler.
  void close();
  /// Ends the server without a storm of reconnecting clients: new sessions are refused (503, at
  /// options::health_path too), the clients are closed batch by batch over `spread`, each behind
  /// what it was sent; who is left after `deadline` is reset. Then all is as after close(), which
  /// may also cut it short. The port stays open for the requests of clients that are still there,
  /// except with options::reuse_port. Returns at once; wait() waits.
  void drain(std::chrono::milliseconds deadline, std::chrono::milliseconds spread);
  /// Listens at one more place; gives the port. Throws as start() does, std::logic_error when the
  /// server does not run.
  std::uint16_t listen(const transport::listener_options& where);
  /// Closes all ports, to be had again at once. The clients stay; listen() may follow.
  void stop_listening();
  /// Serves a connection that the program accepted, from a listener or an HTTP server of its own;
  /// see foreign_connection. Throws boost::system::system_error for what is no connected socket,
  /// std::logic_error when the server does not run. options::listens says whether start() listens.
  void attach(foreign_connection from);
  /// Reads the files of options::tls again, for connections accepted from now on. Throws as start()
  /// does, and nothing changes then; std::logic_error without TLS or when the server does not run.
  void reload_tls();
  /// Waits until all has ended. Not on a thread of the server's. False: the server ended itself,
  /// because an actor died too often.
  bool wait();

  /// The namespace `name` ("/admin"), made on first use. Clients may join it from then on.
  nsp of(std::string_view name);

  // The namespace "/".
  void on_connection(std::function<void(socket&)> handler) {
    root().on_connection(std::move(handler));
  }
  void use(std::function<void(socket&, next)> middleware) { root().use(std::move(middleware)); }
  template <class... Values>
  void emit(std::string_view event, Values&&... values) {
    root().emit(event, std::forward<Values>(values)...);
  }
  template <class... Values>
  void send(Values&&... values) {
    root().send(std::forward<Values>(values)...);
  }
  template <class Rooms>
  broadcast_operator to(const Rooms& rooms) {
    return root().to(rooms);
  }
  template <class Rooms>
  broadcast_operator in(const Rooms& rooms) {
    return root().to(rooms);
  }
  template <class Rooms>
  broadcast_operator except(const Rooms& rooms) {
    return root().except(rooms);
  }

  troupe::engine engine() const;  ///< The Engine.IO server below: middlewares, events, ids.
  server_stats stats() const;

 private:
  nsp root() const;

  struct state;
  std::unique_ptr<state> state_;
};

/// CAF 1.x: registers the types of the runtime's messages; before the actor system is made. With
/// CAF 0.17 it does nothing.
void init_actor_types();

}  // namespace troupe
