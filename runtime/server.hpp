#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/actors/nsp.hpp>
#include <troupe/actors/socket.hpp>
#include <troupe/runtime/engine.hpp>
#include <troupe/runtime/options.hpp>
#include <troupe/runtime/server_stats.hpp>
#include <troupe/transport/listener_options.hpp>

namespace caf {
class actor_system;
}

namespace troupe {

struct foreign_connection;

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
class server : public broadcasting<server> {
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
  /// Throws boost::system::system_error when the address cannot be had (address_in_use...), and
  /// std::system_error when its threads cannot. Gives what wait() gives.
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
  /// The parent of all namespaces whose names match `pattern` (std::regex, boost::regex; anywhere
  /// in the name: anchor it). They are made when a client wants to join them, or by of(name); each
  /// takes over the middlewares, connection handlers and subscribers that the parent has then.
  /// What is emitted to the parent reaches them all.
  template <class Pattern>
  requires requires { typename Pattern::flag_type; }
  nsp of(Pattern pattern) {
    return parent({}, [pattern = std::move(pattern)](const std::string& name) {
      return regex_search(name, pattern);
    });
  }
  /// The same, of all namespaces that `judge(name, auth, next)` lets pass: `next()` makes it,
  /// `next.refuse(...)` leaves it to the parents added later, at last "Invalid namespace". It may
  /// answer later, within options::connect_timeout, and runs as a middleware does.
  template <class Judge>
  requires std::invocable<Judge&, const std::string&, const value&, next> nsp of(Judge judge) {
    return parent(std::move(judge), {});
  }
  /// Calls `handler` for every namespace made from now on, before a client can join it. On the
  /// thread that makes it.
  void on_new_namespace(std::function<void(nsp)> handler);

  // The namespace "/".
  void on_connection(std::function<void(socket&)> handler) {
    root().on_connection(std::move(handler));
  }
  void use(std::function<void(socket&, next)> middleware) { root().use(std::move(middleware)); }
  /// All its members; what broadcasting offers is said of these.
  broadcast_operator everyone() const { return root().everyone(); }
  /// To the other servers of a cluster; see nsp.
  template <class... Values>
  void server_side_emit(std::string_view event, Values&&... values) const {
    root().server_side_emit(event, std::forward<Values>(values)...);
  }
  template <class... Values>
  std::future<broadcast_ack_result> server_side_emit_with_ack(std::string_view event,
                                                              Values&&... values) const {
    return root().server_side_emit_with_ack(event, std::forward<Values>(values)...);
  }

  troupe::engine engine() const;  ///< The Engine.IO server below: middlewares, events, ids.
  server_stats stats() const;

 private:
  nsp root() const;
  nsp parent(std::function<void(const std::string&, const value&, next)> judge,
             std::function<bool(const std::string&)> test);

  struct state;
  std::unique_ptr<state> state_;
};

/// CAF 1.x: registers the types of the runtime's messages; before the actor system is made. With
/// CAF 0.17 it does nothing.
void init_actor_types();

}  // namespace troupe
