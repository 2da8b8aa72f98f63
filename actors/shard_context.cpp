#include <troupe/actors/shard_context.hpp>

#include <troupe/actors/messages.hpp>

namespace troupe::actors {

subscriber_table& shard_context::table(std::uint32_t nsp) {
  if (tables_.size() <= nsp) tables_.resize(nsp + 1);
  if (!tables_[nsp]) tables_[nsp] = std::make_unique<subscriber_table>(nsp, counters_);
  return *tables_[nsp];
}

const caf::actor& shard_context::broadcaster(const namespace_entry& nsp) {
  if (broadcasters_.size() <= nsp.index()) broadcasters_.resize(nsp.index() + 1);
  caf::actor& known = broadcasters_[nsp.index()];
  if (!known) known = nsp.broadcaster();
  return known;
}

void shard_context::replace_broadcaster(std::uint32_t nsp, caf::actor next) {
  if (broadcasters_.size() <= nsp) broadcasters_.resize(nsp + 1);
  broadcasters_[nsp] = std::move(next);
}

void shard_context::leave_all(link& gone) {
  while (!gone.memberships.empty()) {
    subscriber& who = *gone.memberships.back();
    const std::uint32_t nsp = who.nsp;
    tell(broadcaster(*directory_.at(nsp)), unsubscribe{who.sid});
    tables_[nsp]->remove(who);
  }
}

}  // namespace troupe::actors
