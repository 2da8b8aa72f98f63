#include <troupe/runtime/drain.hpp>

#include <algorithm>
#include <utility>

#include <troupe/runtime/shard.hpp>

namespace troupe::runtime {

namespace {
constexpr std::chrono::milliseconds step{50};
}

drain::drain(shard& home, std::vector<actors::link_id> told, disconnect_reason reason,
             std::chrono::milliseconds deadline, std::chrono::milliseconds spread)
    : home_(home),
      sessions_(std::move(told)),
      reason_(reason),
      begin_(home.now()),
      deadline_(actors::deadline_after(begin_, deadline)),
      spread_(std::clamp(spread, step, std::max(step, deadline))) {
  home_.deadlines().schedule(*this, begin_);
}

void drain::expired(time_point now) {
  if (now >= deadline_) return home_.abort_all();
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_) + step;
  const auto due = static_cast<std::size_t>(
      static_cast<double>(sessions_.size()) *
      std::min(1.0, static_cast<double>(passed.count()) / static_cast<double>(spread_.count())));
  for (; told_ < due; ++told_) home_.shut_down_one(sessions_[told_], reason_);
  home_.deadlines().schedule(
      *this, told_ < sessions_.size() ? std::min(now + step, deadline_) : deadline_);
}

}  // namespace troupe::runtime
