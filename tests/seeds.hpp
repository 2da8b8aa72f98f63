#pragma once

#include <cstdint>
#include <optional>
#include <tests/catch.hpp>

namespace troupe::testing {

/// Set by `--seed N`.
inline std::optional<std::uint64_t>& only_seed() {
  static std::optional<std::uint64_t> seed;
  return seed;
}

/// Runs `test(seed)` with the seeds 1 to `count`, or with the one that was asked for. A failure
/// names the seed.
template <class Test>
void with_seeds(std::uint64_t count, Test test) {
  const std::uint64_t first = only_seed().value_or(1);
  const std::uint64_t last = only_seed().value_or(count);
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    test(seed);
  }
}

}  // namespace troupe::testing
