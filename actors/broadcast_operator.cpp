#include <troupe/actors/broadcast_operator.hpp>

#include <stdexcept>

#include <troupe/actors/connection_actor.hpp>
#include <troupe/protocol/socketio/packet.hpp>

namespace troupe {

broadcast_operator broadcast_operator::to(std::string_view room) const {
  broadcast_operator chosen(*this);
  chosen.targets_.rooms.emplace_back(room);
  return chosen;
}

broadcast_operator broadcast_operator::to(std::span<const std::string> rooms) const {
  broadcast_operator chosen(*this);
  chosen.targets_.rooms.insert(chosen.targets_.rooms.end(), rooms.begin(), rooms.end());
  return chosen;
}

broadcast_operator broadcast_operator::except(std::string_view room) const {
  broadcast_operator chosen(*this);
  chosen.targets_.except.emplace_back(room);
  return chosen;
}

broadcast_operator broadcast_operator::except(std::span<const std::string> rooms) const {
  broadcast_operator chosen(*this);
  chosen.targets_.except.insert(chosen.targets_.except.end(), rooms.begin(), rooms.end());
  return chosen;
}

broadcast_operator broadcast_operator::volatile_() const {
  broadcast_operator chosen(*this);
  chosen.volatile_flag_ = true;
  return chosen;
}

void broadcast_operator::emit_values(std::string_view event, arguments values) const {
  if (protocol::socketio::is_reserved_event(event))
    throw std::invalid_argument("reserved event name");
  actors::publish message;
  message.event = event;
  message.values = std::move(values);
  if (!targets_.rooms.empty() || !targets_.except.empty())
    message.targets = std::make_shared<const actors::target_set>(targets_);
  message.how.is_volatile = volatile_flag_;
  actors::connection_actor* here = actors::connection_actor::current();
  // On a shard the broadcast is numbered, so that its client's direct emits keep behind it; a
  // client of another server in this process is nobody here.
  if (here != nullptr && &here->home().shared() == directory_ && here->connection() != nullptr) {
    const caf::actor& broadcaster = here->home().broadcaster(*nsp_);
    if (!broadcaster) return;  // Opened when the server was ending.
    message.from = here->depart(*nsp_);
    actors::tell(broadcaster, std::move(message));
  } else {
    actors::tell(nsp_->broadcaster(), std::move(message));
  }
}

}  // namespace troupe
