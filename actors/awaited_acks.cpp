#include <troupe/actors/awaited_acks.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::actors {

void awaited_acks::add(std::uint64_t id, const ack_request& request,
                       std::unordered_set<std::string> sids, time_point now) {
  entry added{request.answers, deadline_after(now, request.timeout), std::move(sids), {}};
  if (added.sids.empty()) return report(added, {});
  if (waiting_.size() >= max_) return report(added, make_error_code(ack_errc::too_many));
  waiting_.emplace(id, std::move(added));
}

void awaited_acks::answer(std::uint64_t id, const std::string& sid, arguments values) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end() || found->second.sids.erase(sid) == 0) return;
  found->second.answers.push_back(std::move(values));
  if (!found->second.sids.empty()) return;
  entry done = std::move(found->second);
  waiting_.erase(found);
  report(done, {});
}

void awaited_acks::expire(time_point now) {
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    if (at->second.deadline > now) {
      ++at;
      continue;
    }
    count_.acks_timed_out.add(at->second.sids.size());
    entry late = std::move(at->second);
    at = waiting_.erase(at);
    report(late, make_error_code(ack_errc::timed_out));
  }
}

time_point awaited_acks::next_deadline() const noexcept {
  time_point due = time_point::max();
  for (const auto& [id, listed] : waiting_) due = std::min(due, listed.deadline);
  return due;
}

void awaited_acks::report(entry& done, boost::system::error_code error) {
  done.whole->bring([&](collected_acks& all) {
    --all.shards;
    if (error) all.error = error;
    std::move(done.answers.begin(), done.answers.end(), std::back_inserter(all.answers));
  });
}

}  // namespace troupe::actors
