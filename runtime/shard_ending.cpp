#include <algorithm>

#include <troupe/actors/messages.hpp>
#include <troupe/runtime/shard.hpp>

// The shard's part in refusing clients and in the end of the server.

namespace troupe::runtime {

bool shard::admit_session(std::string_view address, transport::admission::place& into) {
  if (!takes_clients()) return false;
  using verdict = transport::admission::verdict;
  const verdict how = settings_.sessions->admit(address, into);
  if (how == verdict::admitted) return true;
  count().sessions_refused.add();
  report_limit(how == verdict::too_many ? limit::sessions : limit::sessions_per_address, address);
  return false;
}

bool shard::admit_connection(transport::stream& bytes) {
  using verdict = transport::admission::verdict;
  const std::string address = bytes.remote_address();
  transport::admission::place place;
  const verdict how = settings_.connections->admit(address, place);
  if (how == verdict::admitted) {
    bytes.hold(std::move(place));
    return true;
  }
  count().connections_refused.add();
  report_limit(how == verdict::too_many ? limit::connections : limit::connections_per_address,
               address);
  return false;
}

void shard::report_limit(limit which, std::string_view address) {
  shared().report({which, address});
}

void shard::shut_down(disconnect_reason reason) {
  shutting_down_ = true;
  // Who has not gone when close_timeout is over is reset.
  ending_ = std::make_unique<drain>(*this, std::vector<actors::link_id>(), reason,
                                    settings().close_timeout, settings().close_timeout);
  for (const slot& place : slots_) {
    if (place.occupant == nullptr) continue;
    // One that has no actor by now gets none: the supervisor has sent this behind the last.
    if (place.occupant->actor() || place.occupant->is_released())
      shut_down_one(place.occupant->id(), reason);
    else
      place.occupant->dismiss();
  }
  for (std::size_t i = peers_.size(); i > 0; --i) peers_[i - 1]->shut_down();
  // A client between two polls asks again on the connection that it has, and is told.
  if (session_count() == 0) drop_idle_peers();
}

void shard::ensure_shut_down() {
  if (!shutting_down_) shut_down(disconnect_reason::server_shutting_down);
}

void shard::drop_idle_peers() {
  for (std::size_t i = peers_.size(); i > 0; --i)
    if (peers_[i - 1]->is_idle()) peers_[i - 1]->drop();
}

void shard::shut_down_one(const actors::link_id& id, disconnect_reason reason) {
  session* found = occupant(id);
  if (found == nullptr) return;
  if (found->actor())
    actors::tell(found->actor(), actors::shut_down{reason});
  else
    found->close();
}

void shard::drain_sessions(disconnect_reason reason, std::chrono::milliseconds deadline,
                           std::chrono::milliseconds spread) {
  if (!takes_clients()) return;
  std::vector<actors::link_id> open;
  for (const slot& place : slots_)
    if (place.occupant != nullptr) open.push_back(place.occupant->id());
  ending_ = std::make_unique<drain>(*this, std::move(open), reason, deadline, spread);
}

bool shard::is_quiet() const noexcept {
  return slots_.size() == free_slots_.size() &&
         std::all_of(peers_.begin(), peers_.end(),
                     [](const auto& peer) { return peer->is_idle(); });
}

void shard::abort_all() {
  for (const slot& place : slots_)
    if (place.occupant != nullptr)
      place.occupant->actor() ? place.occupant->abort() : place.occupant->abandon();
  while (!peers_.empty()) peers_.back()->drop();
}

}  // namespace troupe::runtime
