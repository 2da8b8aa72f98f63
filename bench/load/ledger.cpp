#include "ledger.hpp"

#include "fail.hpp"

namespace load {

ledger::ledger(const scenario& what)
    : what_(what), plan_(what), entries_(open_max), next_(what.clients * what.senders) {
  for (std::size_t i = 0; i < next_.size(); ++i) next_[i] = i % what.senders;
}

std::uint64_t ledger::open(time_point due) {
  entry& made = entries_[sent_ % open_max];
  if (made.missing != 0) fail("the server is 65,536 events behind");
  made = {sent_, plan_.audience(sent_), due, keeps_latencies_};
  return sent_++;
}

void ledger::arrived(std::size_t who, std::uint64_t number, time_point now) {
  if (number >= sent_) fail("an event was never sent");
  std::uint64_t& next = next_[who * what_.senders + number % what_.senders];
  if (number < next) fail("an event came twice or out of order");
  // Without rooms every event is for everybody: none may be missing between two of a sender.
  if (what_.rooms == 0 && number != next) fail("an event is lost or out of order");
  next = number + what_.senders;
  if (!plan_.hears(who, number)) fail("an event reached somebody it is not for");
  entry& of = entries_[number % open_max];
  if (of.number != number || of.missing == 0) fail("an event came more often than it was sent");
  ++deliveries_;
  if (of.is_timed) latencies_.record(now - of.due);
  if (--of.missing == 0) ++complete_;
}

void ledger::keep_latencies(bool on) noexcept {
  keeps_latencies_ = on;
}

}  // namespace load
