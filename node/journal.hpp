#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string_view>

#include <troupe/options.hpp>

namespace troupe_node {

/// The log on standard error, a line each: time (UTC), level, text. Any thread.
class journal {
 public:
  explicit journal(troupe::log_level least) noexcept : least_(least) {}

  /// Lines below the least level are dropped, and those that cannot be written.
  void write(troupe::log_level level, std::string_view text) const noexcept;
  /// A limit was reached: one line a second for each limit, with how many refusals were not told
  /// before it.
  void refused(const troupe::limit_reached& what);
  /// Tells what refused() still keeps back.
  void close();

 private:
  using time_point = std::chrono::steady_clock::time_point;
  struct refusals {
    time_point told = time_point::min();
    std::size_t untold = 0;
  };

  const troupe::log_level least_;
  std::mutex mutex_;
  static constexpr auto limits = static_cast<std::size_t>(troupe::limit::rooms_per_shard) + 1;
  std::array<refusals, limits> refusals_{};
};

}  // namespace troupe_node
