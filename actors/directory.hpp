#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/log_level.hpp>
#include <troupe/actors/options.hpp>
#include <troupe/protocol/socketio/encoder.hpp>

namespace troupe {
class socket;
class next;
}  // namespace troupe

namespace troupe::actors {

class shard_context;

using connection_handler = std::function<void(socket&)>;
using middleware = std::function<void(socket&, next)>;

/// One namespace of the server: its handlers and its broadcaster's handle. Lives as long as the
/// server. Any thread; the lock is taken when a client joins and when handlers change, never per
/// message.
class namespace_entry {
 public:
  struct handlers {
    std::vector<middleware> middlewares;
    std::vector<connection_handler> on_connection;
    std::vector<caf::actor> subscribers;
  };

  namespace_entry(std::string name, std::uint32_t index) : name_(std::move(name)), index_(index) {}

  const std::string& name() const noexcept { return name_; }
  std::uint32_t index() const noexcept { return index_; }

  std::shared_ptr<const handlers> current() const;
  void change(const std::function<void(handlers&)>& how);

  /// Sockets that listen to what they are sent: while there are any, broadcasts carry their values.
  void count_outgoing_watcher(bool added) noexcept {
    outgoing_watchers_.fetch_add(added ? 1 : std::uint32_t(-1), std::memory_order_relaxed);
  }
  bool has_outgoing_watchers() const noexcept {
    return outgoing_watchers_.load(std::memory_order_relaxed) != 0;
  }

  caf::actor broadcaster() const;
  void replace_broadcaster(caf::actor next);

 private:
  const std::string name_;
  const std::uint32_t index_;
  mutable std::mutex mutex_;
  std::shared_ptr<const handlers> handlers_ = std::make_shared<handlers>();
  caf::actor broadcaster_;
  std::atomic<std::uint32_t> outgoing_watchers_{0};
};

using namespace_ptr = std::shared_ptr<namespace_entry>;

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

  /// The namespace, made (with its broadcaster) on first use. At most 65,536.
  namespace_ptr open(std::string_view name);
  /// Null if nobody opened it.
  namespace_ptr find(std::string_view name) const;
  namespace_ptr at(std::uint32_t index) const;
  std::vector<namespace_ptr> all() const;
  /// Spawns a broadcaster for `nsp` on the shard that its index means, as the first or in the
  /// place of one that died.
  caf::actor spawn_broadcaster(const namespace_ptr& nsp, bool is_restarted);
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

  void drop_handles();

 private:
  caf::actor_system& system_;
  const actor_options options_;
  const protocol::socketio::encoder encoder_;
  const log_sink log_;
  mutable std::mutex mutex_;
  std::vector<namespace_ptr> namespaces_;
  bool opens_ = true;
};

}  // namespace troupe::actors
