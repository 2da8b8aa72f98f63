#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::actors {

/// Operations that one client's actor sent to broadcasters and that have not come back to its
/// shard, by namespace. While a namespace has any, what the actor sends directly there goes the
/// same way, so that it cannot overtake them. An epoch counts a broadcaster's restarts: what an
/// earlier one had under way never comes back. Thread: the shard's.
class pending_operations {
 public:
  bool empty() const noexcept { return all_.empty(); }
  bool has(std::uint32_t nsp) const noexcept {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const entry& listed) { return listed.nsp == nsp; });
  }
  /// All of them.
  std::size_t operations() const noexcept {
    std::size_t sum = 0;
    for (const entry& listed : all_) sum += listed.operations;
    return sum;
  }
  void depart(std::uint32_t nsp, std::uint32_t epoch) {
    for (entry& listed : all_) {
      if (listed.nsp != nsp || listed.epoch != epoch) continue;
      ++listed.operations;
      return;
    }
    all_.push_back({nsp, epoch, 1});
  }
  void come_back(std::uint32_t nsp, std::uint32_t epoch) noexcept {
    for (entry& listed : all_) {
      if (listed.nsp != nsp || listed.epoch != epoch) continue;
      if (--listed.operations == 0) {
        listed = all_.back();
        all_.pop_back();
      }
      return;
    }
  }
  /// Forgets those of earlier epochs; `epoch_of(nsp)` is the present one.
  template <class EpochOf>
  void forget_lost(EpochOf epoch_of) {
    std::erase_if(all_, [&](const entry& listed) { return listed.epoch != epoch_of(listed.nsp); });
  }

 private:
  struct entry {
    std::uint32_t nsp;
    std::uint32_t epoch;
    std::uint32_t operations;
  };
  std::vector<entry> all_;  // Only those with operations: nearly always none or one.
};

}  // namespace troupe::actors
