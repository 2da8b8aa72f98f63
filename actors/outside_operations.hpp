#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace troupe::actors {

/// Counts the operations on one namespace that threads and actors of the user's have sent and its
/// broadcaster has not handled. Clients have credit for theirs; these have this bound. Any thread.
class outside_operations : public std::enable_shared_from_this<outside_operations> {
 public:
  using total = std::shared_ptr<std::atomic<std::uint64_t>>;
  /// Where refusals are counted, those of other namespaces too. Before the first is possible.
  void count_refusals_in(total refused) noexcept { refused_ = std::move(refused); }
  /// One more, counted until the last copy of the result is gone, wherever its message ends. Null:
  /// there are `max` already; it is counted as refused.
  std::shared_ptr<const void> admit(std::size_t max) {
    if (waiting_.fetch_add(1, std::memory_order_relaxed) < max)
      return std::make_shared<const admitted>(shared_from_this());
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    if (refused_ != nullptr) refused_->fetch_add(1, std::memory_order_relaxed);
    return nullptr;
  }

 private:
  struct admitted {
    explicit admitted(std::shared_ptr<outside_operations> of) : whose(std::move(of)) {}
    admitted(const admitted&) = delete;
    admitted& operator=(const admitted&) = delete;
    ~admitted() { whose->waiting_.fetch_sub(1, std::memory_order_relaxed); }
    const std::shared_ptr<outside_operations> whose;
  };

  std::atomic<std::size_t> waiting_{0};
  total refused_;
};

}  // namespace troupe::actors
