#pragma once

#include <cstdint>
#include <vector>

#include "histogram.hpp"
#include "room_plan.hpp"
#include "scenario.hpp"
#include "time.hpp"

namespace load {

/// The books on the events of all senders: each must reach every client that it is for once, and
/// what one sender sends in the order sent. Ends the program where that does not hold.
class ledger {
 public:
  explicit ledger(const scenario& what);

  /// The next event goes out, or ought to have at `due`. Gives its number.
  std::uint64_t open(time_point due);
  /// Client `who` has received an event. `now` is looked at only if latencies are kept.
  void arrived(std::size_t who, std::uint64_t number, time_point now);

  std::uint64_t sent() const noexcept { return sent_; }
  /// Events that all have whom they are for.
  std::uint64_t complete() const noexcept { return complete_; }
  std::uint64_t deliveries() const noexcept { return deliveries_; }

  /// From now on, delivery times of events due from now on are kept, from when they were due.
  void keep_latencies(bool on) noexcept;
  const histogram& latencies() const noexcept { return latencies_; }

 private:
  static constexpr std::size_t open_max = 1 << 16;
  struct entry {
    std::uint64_t number = 0;
    std::size_t missing = 0;
    time_point due{};
    bool is_timed = false;
  };

  const scenario& what_;
  room_plan plan_;
  std::vector<entry> entries_;       // A ring, by number.
  std::vector<std::uint64_t> next_;  // By client and sender: no event before it may come.
  std::uint64_t sent_ = 0;
  std::uint64_t complete_ = 0;
  std::uint64_t deliveries_ = 0;
  bool keeps_latencies_ = false;
  histogram latencies_;
};

}  // namespace load
