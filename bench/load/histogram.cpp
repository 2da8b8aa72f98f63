#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace load {

unsigned histogram::bucket_of(std::uint64_t us) noexcept {
  if (us < (1u << steps_bits)) return static_cast<unsigned>(us);
  const auto shift = static_cast<unsigned>(std::bit_width(us)) - steps_bits - 1;
  return (shift << steps_bits) + static_cast<unsigned>(us >> shift);
}

double histogram::upper_us(unsigned bucket) noexcept {
  if (bucket < (2u << steps_bits)) return bucket + 1;
  const unsigned shift = (bucket >> steps_bits) - 1;
  const unsigned step = (bucket & ((1u << steps_bits) - 1)) + (1u << steps_bits);
  return std::ldexp(step + 1, static_cast<int>(shift));
}

void histogram::record(std::chrono::nanoseconds duration, std::uint64_t times) noexcept {
  const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)) / 1000;
  const std::uint64_t counted = std::min(us, longest_counted_us);
  buckets_[bucket_of(counted)] += times;
  count_ += times;
  longest_us_ = std::max(longest_us_, us);
}

double histogram::quantile_ms(double share) const noexcept {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (unsigned i = 0; i < buckets_.size(); ++i)
    if ((seen += buckets_[i]) >= wanted) return upper_us(i) * 1e-3;
  return longest_ms();
}

}  // namespace load
