#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/log_level.hpp>
#include <troupe/actors/namespaces.hpp>
#include <troupe/actors/options.hpp>
#include <troupe/actors/pinned_unit.hpp>
#include <troupe/protocol/socketio/encoder.hpp>

namespace troupe::actors {

class shard_context;
class subscription;

/// What all shards and actors of one server share: options, the namespaces, the handles of the
/// standing actors. The handles are set once, before the first shard runs, and dropped after the
/// last has stopped. Any thread.
class directory {
 public:
  using log_sink = std::function<void(log_level, std::string_view)>;

  directory(caf::actor_system& system, const actor_options& options, log_sink log);

  caf::actor_system& system() noexcept { return system_; }
  const actor_options& options() const noexcept { return options_; }
  const protocol::socketio::encoder& encode() const noexcept { return encoder_; }
  void log(log_level level, std::string_view message) const;
  /// Calls code of the user's that nobody waits for: what it throws is logged as `what` and
  /// counted.
  void call(std::string_view what, const std::function<void()>& work);
  /// How often call() met an exception; what runs as a client's handler, its shard counts.
  std::uint64_t calls_thrown() const noexcept { return calls_thrown_.load(); }
  /// Tells server_limits::on_reached.
  void report(const limit_reached& what);

  namespaces& names() noexcept { return names_; }
  namespace_ptr open(std::string_view name) { return names_.open(name); }
  namespace_ptr find(std::string_view name) const { return names_.find(name); }
  namespace_ptr at(std::uint32_t index) const { return names_.at(index); }
  std::vector<namespace_ptr> all() const { return names_.all(); }
  /// The id of the next broadcast that asks for acks.
  std::uint64_t next_broadcast_ack() noexcept;
  /// Spawns a broadcaster for `nsp` on the shard that its index means, as the first or in the
  /// place of one that died.
  caf::actor spawn_broadcaster(const namespace_ptr& nsp, bool is_restarted);
  /// The namespace's port, made on first use; null when the server is ending.
  caf::actor port_of(const namespace_ptr& nsp);
  /// The server ends: namespaces that are opened from now on have no broadcaster.
  void stop_opening();

  std::vector<pinned_unit*> units;     ///< One a shard.
  std::vector<shard_context*> shards;  ///< For the actors that are pinned to them.
  std::vector<caf::actor> arms;        ///< One a shard.
  caf::actor supervisor;
  caf::actor transport;
  /// Spawns the actor of one client on the shard; a connection_actor unless it is replaced.
  using client_factory =
      std::function<caf::actor(caf::actor_system&, pinned_unit&, shard_context&)>;
  client_factory spawn_client;
  /// The supervisor calls it last, on its thread; `failed`: a restart limit was reached.
  std::function<void(bool failed)> on_stopped;

  /// Sockets of clients that are away and may be recovered, of all namespaces.
  std::atomic<std::size_t> saved_sockets{0};

  void drop_handles();

 private:
  void start(const namespace_ptr& made);

  caf::actor_system& system_;
  const actor_options options_;
  const protocol::socketio::encoder encoder_;
  const log_sink log_;
  mutable std::mutex mutex_;
  bool opens_ = true;
  namespaces names_;
  std::atomic<std::uint64_t> broadcast_acks_{0};
  std::atomic<std::uint64_t> calls_thrown_{0};
};

}  // namespace troupe::actors
