#include <troupe/actors/shard_context.hpp>

#include <troupe/actors/messages.hpp>

namespace troupe::actors {

subscriber_table& shard_context::table(std::uint32_t nsp) {
  if (tables_.size() <= nsp) tables_.resize(nsp + 1);
  if (!tables_[nsp]) tables_[nsp] = std::make_unique<subscriber_table>(nsp, counters_);
  return *tables_[nsp];
}

const caf::actor& shard_context::broadcaster(const namespace_entry& nsp) {
  caf::actor& who = known(nsp.index()).who;
  if (!who) who = nsp.broadcaster();
  return who;
}

bool shard_context::replace_broadcaster(std::uint32_t nsp, const caf::actor& next) {
  known_broadcaster& kept = known(nsp);
  if (!kept.who || kept.who == next) {
    kept.who = next;
    return false;
  }
  kept.who = next;
  ++kept.epoch;
  ++replacements_;
  return true;
}

bool shard_context::forget_namespace(std::uint32_t nsp) {
  if (nsp < tables_.size()) tables_[nsp].reset();
  return replace_broadcaster(nsp, {});
}

// Each shard has the ids that are its index modulo their number.
std::uint64_t shard_context::next_ack_id() noexcept {
  const std::uint64_t shards = directory_.shards.size();
  const std::uint64_t own = (broadcast_ack_ids - 1) / shards;
  return 1 + acks_asked_++ % own * shards + index();
}

shard_context::known_broadcaster& shard_context::known(std::uint32_t nsp) {
  if (broadcasters_.size() <= nsp) broadcasters_.resize(nsp + 1);
  return broadcasters_[nsp];
}

void shard_context::leave_all(link& gone) {
  while (!gone.memberships.empty()) {
    subscriber& who = *gone.memberships.back();
    const std::uint32_t nsp = who.nsp;
    tell(broadcaster(*directory_.at(nsp)), unsubscribe{who.sid, gone.id()});
    tables_[nsp]->remove(who);
  }
}

}  // namespace troupe::actors
