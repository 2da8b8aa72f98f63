#include <troupe/actors/broadcaster.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <troupe/actors/shard_context.hpp>
#include <troupe/protocol/socketio/packet.hpp>

namespace troupe::actors {

broadcaster::broadcaster(caf::actor_config& config, directory& shared, namespace_ptr nsp,
                         bool is_restarted)
    : pinned_actor(config),
      directory_(shared),
      nsp_(std::move(nsp)),
      members_(shared.units.size()),
      unheard_(shared.units.size(), is_restarted),
      receivers_(shared.units.size()),
      under_way_(shared.units.size()) {}

caf::behavior broadcaster::make_behavior() {
  listeners_ = nsp_->current()->rooms;
  // Here, since it is the first thing that runs on its shard.
  if (directory_.options().recovery)
    recovery_ = std::make_unique<recovery>(
        *directory_.shards[nsp_->index() % directory_.shards.size()], nsp_->index());
  return {
    [this](const publish& message) { take(message); },
        [this](const direct& message) { take(message); },
        [this](const subscribe& message) { take(message); },
        [this](const unsubscribe& message) { take(message); },
        [this](const change_rooms& message) { take(message); },
        [this](const member_operation& message) { take(message); },
        [this](const pass_on& message) { take(message); },
        [this](const rooms_watched&) { listeners_ = nsp_->current()->rooms; },
        [this](const claim_socket& message) { take(message); },
        [this](const socket_ended& message) { take(message); },
        [this](const resubscribe& message) { handle(message); },
        [this](const taken& message) { handle(message); },
        [this](const wake&) { recovery_->wake_up(); },
        [this](const end&) {
          for (; !held_.empty(); full_ = 0) release();
          quit();
        },
#if TROUPE_CAF_1X
        [](const caf::error&) {},
#endif
  };
}

counters& broadcaster::counts() const {
  return directory_.shards[nsp_->index() % members_.size()]->count();
}

template <class Operation>
void broadcaster::take(const Operation& message) {
  if (full_ == 0 && held_.empty()) return handle(message);
  if (held_.empty()) counts().operations_held.add();
  held_.emplace_back(message);
}

void broadcaster::release() {
  while (full_ == 0 && !held_.empty()) {
    const operation next = std::move(held_.front());
    held_.pop_front();
    std::visit([this](const auto& message) { handle(message); }, next);
  }
}

template <class Message>
void broadcaster::send(std::uint32_t shard, const Message& message) {
  tell(directory_.arms[shard], message);
  if (++under_way_[shard] == directory_.options().operations_under_way_max) ++full_;
}

void broadcaster::handle(const taken& message) {
  std::uint32_t& count = under_way_[message.shard];
  const bool was_full = count >= directory_.options().operations_under_way_max;
  // More than it was sent: of those that an earlier broadcaster had sent.
  count -= std::min(count, message.operations);
  if (!was_full || count >= directory_.options().operations_under_way_max) return;
  --full_;
  release();
}

void broadcaster::on_exit() {
  held_.clear();
  subscribers_.clear();
  rooms_.clear();
  recovery_.reset();
  nsp_.reset();
}

void broadcaster::handle(const subscribe& message) {
  const std::uint32_t shard = message.from.from.shard;
  recovery::admission admitted;
  if (message.recovery != nullptr) admitted = recovery_->admit(message);
  if (admitted.is_lost) {
    tell(message.recovery->client, superseded{});
    // The operation comes back all the same.
    return send(shard, table_direct{nsp_->index(), {message.from, nullptr, {}, false, {}}});
  }
  // One that was recovered may still be listed on its old connection.
  if (const auto old = subscribers_.find(message.sid); old != subscribers_.end())
    if (!(old->second.link == message.from.from)) remove(message.sid, link_id(old->second.link));
  const auto [place, added] =
      subscribers_.emplace(message.sid, member_entry{message.from.from, {}});
  if (message.recovery != nullptr && !std::exchange(place->second.has_pid, true)) ++known_members_;
  if (added) ++members_[shard];
  if (added && listeners_ != nullptr) tell_joined(message.sid, message.sid, true);
  for (const std::string& name : message.rooms) enter(message.sid, place->second, name);
  send(shard, table_subscribe{nsp_->index(), message, std::move(admitted.missed)});
}

void broadcaster::handle(const change_rooms& message) {
  const auto found = subscribers_.find(message.sid);
  if (found != subscribers_.end()) {
    for (const std::string& name : message.rooms)
      message.join ? enter(message.sid, found->second, name)
                   : exit(message.sid, found->second, name);
  }
  if (recovery_ != nullptr) recovery_->rooms_changed(message);
  send(message.from.from.shard, table_change_rooms{nsp_->index(), message});
}

void broadcaster::handle(const publish& message) {
  std::fill(receivers_.begin(), receivers_.end(), false);
  if (message.targets == nullptr || message.targets->rooms.empty()) {
    for (std::size_t shard = 0; shard < members_.size(); ++shard)
      receivers_[shard] = members_[shard] != 0;
  } else {
    for (const std::string& name : message.targets->rooms) add_receivers(name, receivers_);
  }
  for (std::size_t shard = 0; shard < unheard_.size(); ++shard)
    if (unheard_[shard]) receivers_[shard] = true;
  fanout out{nsp_->index(), message.from, nullptr, message.targets, message.how, nullptr, {}, 0};
  const bool has_receivers =
      std::find(receivers_.begin(), receivers_.end(), true) != receivers_.end();
  const bool is_written = write(out, message, has_receivers);
  if (!is_written) std::fill(receivers_.begin(), receivers_.end(), false);
  // The shard it came from hears of it in any case: it counts the operation as returned.
  if (message.from.from.shard != origin::none) receivers_[message.from.from.shard] = true;
  if (message.acks.answers != nullptr)
    message.acks.answers->bring([&](collected_acks& all) {
      --all.broadcasters;
      if (!is_written) all.error = make_error_code(ack_errc::disconnected);
      if (out.frame != nullptr)
        all.shards +=
            static_cast<std::uint32_t>(std::count(receivers_.begin(), receivers_.end(), true));
    });
  for (std::uint32_t shard = 0; shard < receivers_.size(); ++shard)
    if (receivers_[shard]) send(shard, out);
}

// A parser of the user's may throw: that costs this event, and no other.
bool broadcaster::write(fanout& out, const publish& message, bool has_receivers) {
  std::string wrong;
  try {
    if (message.acks.answers != nullptr && has_receivers) {
      out.acks = message.acks;
      out.ack_id = directory_.next_broadcast_ack();
      out.frame = encode(message, message.values, out.ack_id);
    } else if (recovery_ != nullptr && message.acks.answers == nullptr) {
      out.frame = encode_recoverable(message, has_receivers);
    } else if (has_receivers) {
      out.frame = encode(message, message.values);
    }
    if (has_receivers && nsp_->has_outgoing_watchers())
      out.words = std::make_shared<const spoken>(spoken{message.event, message.values});
    return true;
  } catch (const std::exception& thrown) {
    wrong = thrown.what();
  } catch (...) {
    wrong = "unknown exception";
  }
  counts().handlers_thrown.add();
  directory_.log(log_level::error, "an event is dropped, its encoding threw: " + wrong);
  out = {nsp_->index(), message.from, nullptr, nullptr, message.how, nullptr, {}, 0};
  return false;
}

void broadcaster::handle(const member_operation& message) {
  using kind = member_operation::kind;
  for (std::size_t shard = 0; shard < members_.size(); ++shard)
    receivers_[shard] = members_[shard] != 0 || unheard_[shard];
  if (message.from.from.shard != origin::none) receivers_[message.from.from.shard] = true;
  const bool changes = message.what != kind::fetch && message.what != kind::count;
  for (auto at = subscribers_.begin(); changes && at != subscribers_.end();) {
    const std::string& sid = at->first;
    member_entry& who = (at++)->second;
    if (message.targets != nullptr && !message.targets->chooses(sid, who.rooms)) continue;
    if (message.what == kind::disconnect)
      remove(std::string(sid), link_id(who.link));
    else
      change_rooms_of(sid, who, message);
  }
  for (std::uint32_t shard = 0; shard < receivers_.size(); ++shard)
    if (receivers_[shard]) send(shard, table_operation{nsp_->index(), message});
}

void broadcaster::handle(const pass_on&) {
  for (const caf::actor& arm : directory_.arms) tell(arm, passed_on{nsp_->index()});
}

protocol::frame_ptr broadcaster::encode(const publish& message, const arguments& values,
                                        std::optional<std::uint64_t> id) const {
  const argument_writer writer(message.event, values);
  auto made = directory_.encode().event(nsp_->name(), writer.texts(), id, writer.attachments());
  if (made == nullptr) throw std::logic_error("the parser gave no frame");
  return protocol::with_compression(std::move(made), message.how.may_compress);
}

protocol::frame_ptr broadcaster::encode_recoverable(const publish& message, bool has_receivers) {
  const bool is_kept = !message.how.is_volatile && recovery_->wants(has_receivers, known_members_);
  if (!is_kept && !has_receivers) return nullptr;
  arguments values = message.values;
  values.emplace_back(recovery_->offset_for(is_kept));
  auto made = encode(message, values);
  if (is_kept) recovery_->keep(made, message.targets);
  return has_receivers ? made : nullptr;
}

void broadcaster::handle(const direct& message) {
  send(message.from.from.shard, table_direct{nsp_->index(), message});
  if (message.last) remove(message.sid, message.from.from);
}

}  // namespace troupe::actors
