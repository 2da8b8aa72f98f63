#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>

#include <troupe/actors/broadcast_operator.hpp>
#include <troupe/actors/directory.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>

namespace troupe::actors {

struct collected_acks;

/// What `nsp.actor()` gives: takes the messages of client_messages.hpp that actors of the user's
/// send, and does with them what the namespace's handle does. One a namespace, made on first use,
/// pinned to the shard of its broadcaster. What one actor sends it has the order of an actor's
/// emits; a message that it cannot do is logged, and refused if it is a request.
class namespace_port final : public pinned_actor {
 public:
  namespace_port(caf::actor_config& config, directory& shared, namespace_ptr nsp);

  const char* name() const override { return "troupe.namespace_port"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  broadcast_operator chosen(const std::vector<std::string>& rooms) const;
  /// Runs what may throw (a reserved name) or give false: it was refused.
  template <class Work>
  bool guard(Work work);
  using answer_promise = caf::typed_response_promise<client_answer>;
  answer_promise ask(const ask_client& message);
  void answered(const client_answered& message);

  directory& directory_;
  namespace_ptr nsp_;
  std::unordered_map<std::uint64_t, answer_promise> asked_;
  std::uint64_t next_ = 0;
};

}  // namespace troupe::actors
