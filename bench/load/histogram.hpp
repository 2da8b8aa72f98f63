#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace load {

/// Durations counted in buckets of 1.6 % width, from 1 us to a minute; longer ones count as a
/// minute. Recording costs a few ns and never allocates.
class histogram {
 public:
  void record(std::chrono::nanoseconds duration) noexcept { record(duration, 1); }
  void record(std::chrono::nanoseconds duration, std::uint64_t times) noexcept;

  std::uint64_t count() const noexcept { return count_; }
  /// Milliseconds that `share` (0 to 1) of the durations do not exceed; 0 when there are none.
  double quantile_ms(double share) const noexcept;
  double longest_ms() const noexcept { return static_cast<double>(longest_us_) * 1e-3; }

 private:
  static constexpr unsigned steps_bits = 6;  // Buckets to each power of two.
  static constexpr std::uint64_t longest_counted_us = 60'000'000;
  static unsigned bucket_of(std::uint64_t us) noexcept;
  static double upper_us(unsigned bucket) noexcept;

  std::array<std::uint64_t, 2048> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t longest_us_ = 0;
};

}  // namespace load
