#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string_view>

namespace troupe::harness {

/// Everything that is drawn, from one seed; the same numbers with every compiler and library.
class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  /// Another sequence, which depends on the seed and `purpose` only: what is drawn for one thing
  /// does not change what is drawn for another.
  dice(std::uint64_t seed, std::string_view purpose) : engine_(seed ^ hash(purpose)) {}

  std::uint64_t operator()() { return engine_(); }
  /// 0 to `bound` - 1; 0 for none.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : engine_() % bound; }
  bool chance(double probability) {
    return static_cast<double>(engine_() >> 11) * 0x1.0p-53 < probability;
  }
  std::chrono::microseconds up_to(std::chrono::microseconds most) {
    return std::chrono::microseconds(below(static_cast<std::uint64_t>(most.count()) + 1));
  }

  /// FNV-1a.
  static std::uint64_t hash(std::string_view text) noexcept {
    std::uint64_t sum = 0xcbf29ce484222325u;
    for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return sum;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace troupe::harness
