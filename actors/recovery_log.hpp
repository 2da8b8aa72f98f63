#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <troupe/actors/link.hpp>
#include <troupe/actors/subscriber_table.hpp>
#include <troupe/protocol/frame.hpp>

namespace troupe::actors {

/// The events that one namespace sent, oldest first, by their position: 1, 2, ... A client is told
/// the position of an event as its offset: this log's tag and the number in base 36. Holds frames
/// by reference. Bounded in number, bytes and age; of what it dropped it remembers for whom that
/// may have been. Thread: its broadcaster's.
class recovery_log {
 public:
  using position = std::uint64_t;
  struct bounds {
    std::size_t packets_max;
    std::size_t bytes_max;
    std::chrono::milliseconds age_max;
  };
  struct entry {
    protocol::frame_ptr frame;
    std::shared_ptr<const target_set> targets;  ///< Null: all.
    time_point at;
    std::size_t bytes;
  };

  /// `tag` tells this log's offsets from another's: of a broadcaster before it, of the server's
  /// last run.
  recovery_log(std::string tag, bounds limits) : tag_(std::move(tag)), limits_(limits) {}

  /// Of the last event; 0 before the first.
  position head() const noexcept { return head_; }
  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }
  std::string offset_of(position at) const;
  /// None for an offset that this log did not give out.
  std::optional<position> position_of(std::string_view offset) const noexcept;

  /// The event at head() + 1. Gives how many older ones had to go for it, itself perhaps.
  std::size_t append(protocol::frame_ptr frame, std::shared_ptr<const target_set> targets,
                     time_point now);
  void drop_older_than(time_point oldest);
  /// Nobody is in `room` any more, nor will be.
  void forget_room(std::string_view room) noexcept;
  /// Nobody is left who could ask for any of it.
  void clear() noexcept;

  /// Nothing behind `start` was dropped that was for everybody, or for `room`.
  bool covers(position start) const noexcept { return dropped_for_all_ <= start; }
  bool covers(position start, std::string_view room) const noexcept;

  /// Calls `visit(position, entry)` for what is kept behind `start`, oldest first.
  template <class Visit>
  void visit_after(position start, Visit visit) const {
    const position first = head_ + 1 - entries_.size();
    for (position at = std::max(start + 1, first); at <= head_; ++at)
      visit(at, entries_[static_cast<std::size_t>(at - first)]);
  }

 private:
  void drop_first();

  const std::string tag_;
  const bounds limits_;
  std::deque<entry> entries_;
  std::size_t bytes_ = 0;
  position head_ = 0;
  /// The last event dropped that was for all, or for a room, by the hash of its name.
  position dropped_for_all_ = 0;
  std::unordered_map<std::size_t, position> dropped_for_;
};

}  // namespace troupe::actors
