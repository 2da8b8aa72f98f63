#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <troupe/actors/directory.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>
#include <troupe/actors/shard_context.hpp>

namespace troupe::actors {

/// What the transport actor commands; the runtime implements it over Beast. Thread: shard 0's.
class transport_port {
 public:
  virtual ~transport_port() = default;
  virtual void start_listening() = 0;
  virtual void stop_listening() = 0;
};

/// Owns the listener and the shards, one per server: gives every accepted connection to a shard,
/// in turn. Runs on shard 0, as the listener does.
class transport_actor final : public pinned_actor {
 public:
  transport_actor(caf::actor_config& config, directory& shared, transport_port& port)
      : pinned_actor(config), directory_(shared), port_(port) {}

  const char* name() const override { return "troupe.transport"; }
  caf::behavior make_behavior() override;

 private:
  directory& directory_;
  transport_port& port_;
  unsigned next_ = 0;
};

/// The transport actor's arm on one shard: takes connections in, binds sessions to their actors,
/// and writes what the broadcasters send, in their order.
class transport_arm final : public pinned_actor {
 public:
  transport_arm(caf::actor_config& config, shard_context& shard)
      : pinned_actor(config), shard_(shard) {}

  const char* name() const override { return "troupe.transport_arm"; }
  caf::behavior make_behavior() override;

 private:
  void stop_if_all_passed();
  void handle(const fanout& message);
  void tell_watchers(const fanout& message);
  void await_acks(const fanout& message);
  void handle(const table_subscribe& message);
  void handle(const table_change_rooms& message);
  void handle(const table_direct& message);
  void handle(const table_operation& message);
  static void count_members(const member_operation& what, subscriber_table& table);
  void wake_up();
  void plan_wake();
  void handle(const broadcaster_restarted& message);
  template <class Work>
  void guard(Work work);
  void came_back(std::uint32_t nsp, const origin& from);
  void count_taken(std::uint32_t nsp);

  shard_context& shard_;
  std::optional<stop_shard> last_;           // Received, but namespaces are still to be heard of,
  time_point last_due_ = time_point::max();  // until then.
  std::vector<std::uint32_t> passed_;        // Heard of.
};

}  // namespace troupe::actors
