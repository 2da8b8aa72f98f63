#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string_view>

#include <troupe/actors/log_level.hpp>
#include <troupe/runtime/clock.hpp>

namespace troupe::runtime {

/// Stands before a log sink: at most `lines_max` lines of each level pass in a second, the rest are
/// counted, and the first of a later second is preceded by a line that tells how many. So a flood
/// of errors, which clients may provoke, does not become a flood of log. Any thread; a line takes a
/// lock.
class log_limiter {
 public:
  using sink = std::function<void(log_level, std::string_view)>;

  log_limiter(sink to, const clock& time, std::size_t lines_max)
      : to_(std::move(to)), time_(time), lines_max_(lines_max) {}

  void operator()(log_level level, std::string_view line);

 private:
  const sink to_;
  const clock& time_;
  const std::size_t lines_max_;
  std::mutex mutex_;
  struct window {
    std::chrono::steady_clock::time_point begin{};
    std::size_t lines = 0;
    std::size_t dropped = 0;
  };
  std::array<window, 4> windows_{};  // By level.
};

}  // namespace troupe::runtime
