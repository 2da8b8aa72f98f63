#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/outside_operations.hpp>

namespace troupe {
class socket;
class next;
class value;
}  // namespace troupe

namespace troupe::actors {

class namespace_entry;
class subscription;
using namespace_ptr = std::shared_ptr<namespace_entry>;
using connection_handler = std::function<void(socket&)>;
using middleware = std::function<void(socket&, next)>;

/// One namespace of the server: its handlers and its broadcaster's handle. Or the parent of many,
/// which has handlers for them and no broadcaster. Any thread; the lock is taken when a client
/// joins, when handlers change and when somebody off the shards emits, never per message.
class namespace_entry {
 public:
  enum class role : std::uint8_t { alone, parent, child };
  static constexpr std::uint32_t no_index = 0xffffffff;

  /// Called by the namespace's broadcaster, in its order.
  struct room_listeners {
    using room_handler = std::function<void(const std::string& room)>;
    using member_handler = std::function<void(const std::string& room, const std::string& sid)>;
    std::vector<room_handler> created, deleted;
    std::vector<member_handler> joined, left;
  };
  struct handlers {
    std::vector<middleware> middlewares;
    std::vector<connection_handler> on_connection;
    std::vector<std::shared_ptr<subscription>> subscribers;
    std::shared_ptr<const room_listeners> rooms;  // Null: none.
  };

  namespace_entry(std::string name, std::uint32_t index, role what = role::alone)
      : name_(std::move(name)), index_(index), role_(what) {}

  const std::string& name() const noexcept { return name_; }
  /// Names its tables and its broadcaster on each shard.
  std::uint32_t index() const noexcept { return index_; }
  bool is_parent() const noexcept { return role_ == role::parent; }
  bool is_child() const noexcept { return role_ == role::child; }

  std::shared_ptr<const handlers> current() const;
  void change(const std::function<void(handlers&)>& how);
  void drop_handlers();

  /// Sockets that listen to what they are sent: while there are any, broadcasts carry their values.
  void count_outgoing_watcher(bool added) noexcept {
    outgoing_watchers_.fetch_add(added ? 1 : std::uint32_t(-1), std::memory_order_relaxed);
  }
  bool has_outgoing_watchers() const noexcept {
    return outgoing_watchers_.load(std::memory_order_relaxed) != 0;
  }

  caf::actor broadcaster() const;
  void replace_broadcaster(caf::actor next);

  /// Operations on it from outside the shards.
  outside_operations& outside() const noexcept { return *outside_; }

  /// The actor that nsp::actor() gives; null while nobody has asked for it.
  caf::actor port() const;
  void replace_port(caf::actor next);
  /// It has ended: the next who asks gets another.
  void drop_port(const caf::actor_addr& ended);

  /// A parent's children, those that are there now.
  std::vector<namespace_ptr> children() const;
  void add_child(namespace_ptr child);
  void remove_child(const namespace_ptr& child);

  /// It was empty and is no more; its index may mean another. Handles to it lead nowhere.
  bool is_retired() const noexcept { return retired_.load(std::memory_order_acquire); }
  void retire() noexcept { retired_.store(true, std::memory_order_release); }

 private:
  const std::string name_;
  const std::uint32_t index_;
  const role role_;
  mutable std::mutex mutex_;
  std::shared_ptr<const handlers> handlers_ = std::make_shared<handlers>();
  caf::actor broadcaster_;
  const std::shared_ptr<outside_operations> outside_ = std::make_shared<outside_operations>();
  caf::actor port_;
  std::vector<namespace_ptr> children_;
  std::atomic<std::uint32_t> outgoing_watchers_{0};
  std::atomic<bool> retired_{false};
};

}  // namespace troupe::actors
