#include <troupe/actors/recovery_log.hpp>

#include <charconv>
#include <functional>
#include <utility>

namespace troupe::actors {

namespace {

constexpr int offset_base = 36;
/// What an entry takes besides its bytes and its rooms' names, about.
constexpr std::size_t entry_overhead = 128;

std::size_t hash_of(std::string_view room) noexcept {
  return std::hash<std::string_view>()(room);
}

std::size_t bytes_of(const protocol::frame& frame, const target_set* targets) {
  std::size_t sum = entry_overhead + frame.websocket_bytes().size();
  if (targets == nullptr) return sum;
  for (const std::string& room : targets->rooms) sum += sizeof(room) + room.size();
  for (const std::string& room : targets->except) sum += sizeof(room) + room.size();
  return sum;
}

}  // namespace

std::string recovery_log::offset_of(position at) const {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof(digits), at, offset_base).ptr;
  return tag_ + std::string(digits, end);
}

std::optional<recovery_log::position> recovery_log::position_of(
    std::string_view offset) const noexcept {
  if (!offset.starts_with(tag_)) return {};
  offset.remove_prefix(tag_.size());
  position at = 0;
  const char* const end = offset.data() + offset.size();
  const auto [rest, failed] = std::from_chars(offset.data(), end, at, offset_base);
  if (failed != std::errc() || rest != end || at > head_) return {};
  return at;
}

std::size_t recovery_log::append(protocol::frame_ptr frame,
                                 std::shared_ptr<const target_set> targets, time_point now) {
  const std::size_t bytes = bytes_of(*frame, targets.get());
  entries_.push_back({std::move(frame), std::move(targets), now, bytes});
  bytes_ += bytes;
  ++head_;
  std::size_t dropped = 0;
  for (; entries_.size() > limits_.packets_max || bytes_ > limits_.bytes_max; ++dropped)
    drop_first();
  return dropped;
}

void recovery_log::drop_older_than(time_point oldest) {
  while (!entries_.empty() && entries_.front().at < oldest) drop_first();
}

void recovery_log::forget_room(std::string_view room) noexcept {
  dropped_for_.erase(hash_of(room));
}

void recovery_log::clear() noexcept {
  entries_ = {};
  bytes_ = 0;
  dropped_for_all_ = 0;
  dropped_for_ = {};
}

bool recovery_log::covers(position start, std::string_view room) const noexcept {
  const auto found = dropped_for_.find(hash_of(room));
  return found == dropped_for_.end() || found->second <= start;
}

// What it remembers of a dropped event errs on the safe side: exceptions are not looked at, rooms
// whose hashes are equal count as one, and when there are too many rooms it was for all.
void recovery_log::drop_first() {
  const position at = head_ + 1 - entries_.size();
  const entry& dropped = entries_.front();
  if (dropped.targets == nullptr || dropped.targets->rooms.empty())
    dropped_for_all_ = at;
  else
    for (const std::string& room : dropped.targets->rooms) dropped_for_[hash_of(room)] = at;
  if (dropped_for_.size() > limits_.packets_max) {
    dropped_for_all_ = at;
    dropped_for_.clear();
  }
  bytes_ -= dropped.bytes;
  entries_.pop_front();
}

}  // namespace troupe::actors
