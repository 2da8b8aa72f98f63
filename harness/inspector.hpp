#pragma once

#include <exception>
#include <functional>
#include <mutex>

#include <troupe/actors/caf.hpp>
#include <troupe/harness/simulation.hpp>

namespace troupe::harness {

/// Looks at a server of one shard that runs on a thread of its own: there, when no actor has
/// anything left to do. Its first client brings it in.
class inspector {
 public:
  /// `world` tells of that server once it is in, on that thread alone, and outlives this.
  inspector(simulation& world, std::function<void()> check)
      : world_(world), check_(std::move(check)) {}

  /// `user`, with a way in; of a server that this outlives.
  options options_for(options user);
  /// Has it look, soon; not before the first client, nor behind leave(). Any thread.
  void ask();
  /// Before the server is closed. Any thread.
  void leave();
  /// What `check` threw first; behind the server's end.
  std::exception_ptr thrown() const { return thrown_; }

 private:
  class visitor;
  void enter(caf::actor_system& system, actors::pinned_unit& unit, actors::shard_context& shard);
  void look();

  simulation& world_;
  const std::function<void()> check_;
  std::exception_ptr thrown_;
  std::mutex mutex_;
  caf::actor visitor_;
  bool has_entered_ = false;
};

}  // namespace troupe::harness
