#include <troupe/actors/socket_operator.hpp>

#include <stdexcept>

#include <troupe/actors/connection_actor.hpp>
#include <troupe/protocol/socketio/packet.hpp>

namespace troupe {

socket_operator socket_operator::volatile_() const {
  socket_operator chosen(*this);
  chosen.how_.is_volatile = true;
  return chosen;
}

socket_operator socket_operator::compress(bool may) const {
  socket_operator chosen(*this);
  chosen.how_.may_compress = may;
  return chosen;
}

socket_operator socket_operator::timeout(std::chrono::milliseconds limit) const {
  socket_operator chosen(*this);
  chosen.timeout_ = limit;
  return chosen;
}

broadcast_operator socket_operator::broadcast() const {
  broadcast_operator others(state_->owner.home().shared(), state_->entry);
  others.targets_.except.push_back(state_->sid);
  others.how_ = how_;
  others.timeout_ = timeout_;
  return others;
}

void socket_operator::emit_values(std::string_view event, arguments values,
                                  ack_handler handler) const {
  if (protocol::socketio::is_reserved_event(event))
    throw std::invalid_argument("reserved event name");
  actors::connection_actor& owner = state_->owner;
  owner.check_is_current();
  using phase = actors::socket_state::phase;
  const actors::socket_state::extras& has = state_->seen();
  if (state_->now == phase::connected && !handler && !has.pid.empty())
    return owner.send_recoverable(*state_, event, std::move(values), how_);
  if (state_->now == phase::connected && !has.outgoing_handlers.empty())
    owner.notify_outgoing(*state_, event, values);
  if (state_->now != phase::connected) {
    if (handler) handler(make_error_code(ack_errc::disconnected));
    return;
  }
  std::optional<std::uint64_t> id;
  if (handler) {
    id = owner.home().next_ack_id();
    // One that has waited for as long as there are others.
    while (state_->seen().acks.contains(*id)) id = owner.home().next_ack_id();
  }
  const argument_writer writer(event, values);
  auto frame = owner.home().shared().encode().event(state_->entry->name(), writer.texts(), id,
                                                    writer.attachments());
  owner.send(*state_, protocol::with_compression(std::move(frame), how_.may_compress), how_);
  if (handler) owner.add_ack(*state_, *id, std::move(handler), timeout_);
}

}  // namespace troupe
