#pragma once

#include <string>
#include <vector>

#include <troupe/actors/broadcast_operator.hpp>
#include <troupe/actors/directory.hpp>
#include <troupe/actors/messages.hpp>

namespace troupe::actors {

/// What `nsp.actor()` gives: takes the messages of client_messages.hpp that actors of the user's
/// send, and does with them what the namespace's handle does. One a namespace, made on first use,
/// pinned to the shard of its broadcaster. What one actor sends it has the order of an actor's
/// emits; a message that it cannot do is logged.
class namespace_port final : public pinned_actor {
 public:
  namespace_port(caf::actor_config& config, directory& shared, namespace_ptr nsp);

  const char* name() const override { return "troupe.namespace_port"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  broadcast_operator chosen(const std::vector<std::string>& rooms) const;
  /// Runs what may throw: a reserved name, a server that ends.
  template <class Work>
  void guard(Work work);

  directory& directory_;
  namespace_ptr nsp_;
};

}  // namespace troupe::actors
