#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include <troupe/actors/directory.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>
#include <troupe/actors/shard_context.hpp>

namespace troupe::actors {

/// Told of every session that opens: spawns its connection actor on the session's shard, watches
/// it, and has the shard clean up when it ends. Restarts a broadcaster that died, at most
/// actor_options::broadcaster_restarts_max times in its window; past that it stops the server, and
/// so it does when an arm or the transport actor dies.
/// Ends everything in order on stop_server, and on drain_server when its last client has gone. Runs
/// on shard 0.
class supervisor final : public pinned_actor {
 public:
  /// `home` is the shard that it runs on.
  supervisor(caf::actor_config& config, shard_context& home)
      : pinned_actor(config), home_(home), directory_(home.shared()) {}

  const char* name() const override { return "troupe.supervisor"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  void open(const session_opened& message);
  caf::actor make_client(std::uint32_t shard);
  void down(const caf::actor_addr& who, const caf::error& why);
  void lost(const caf::actor_addr& who, const std::string& why);
  void restart(const namespace_ptr& nsp, const std::string& why);
  void stop(bool failed);
  void drain(const drain_server& how);
  void end_standing_actors();
  void follow(const caf::actor& who);

  shard_context& home_;
  directory& directory_;
  std::unordered_map<caf::actor_addr, link_id> clients_;
  std::unordered_map<caf::actor_addr, namespace_ptr> broadcasters_;
  std::unordered_set<caf::actor_addr> subscribers_;
  std::unordered_map<caf::actor_addr, namespace_ptr> ports_;
  std::unordered_map<namespace_ptr, std::size_t> forgotten_;  // Retired ones, by how many shards.
  std::deque<time_point> restarts_;
  bool stopping_ = false;
  bool draining_ = false;
  bool failed_ = false;
  std::size_t standing_ = 0;  // Actors told to end that have not yet.
  std::size_t lost_ = 0;      // Arms, and the transport actor, that died.
};

}  // namespace troupe::actors
