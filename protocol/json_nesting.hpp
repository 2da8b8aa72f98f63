#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::protocol::json {

/// The open containers of a JSON text, outermost first, a bit each: is it an object? The usual
/// depth needs no allocation.
class nesting {
 public:
  void push(bool is_object) {
    std::uint64_t& word = word_at(depth_);
    const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
    word = is_object ? word | bit : word & ~bit;
    ++depth_;
  }
  void pop() noexcept { --depth_; }
  std::size_t depth() const noexcept { return depth_; }
  /// Whether the innermost container is an object. There is one.
  bool is_object() const noexcept {
    const std::size_t index = (depth_ - 1) / 64;
    const std::uint64_t word = index < near_.size() ? near_[index] : far_[index - near_.size()];
    return ((word >> ((depth_ - 1) % 64)) & 1) != 0;
  }

 private:
  std::uint64_t& word_at(std::size_t depth) {
    const std::size_t index = depth / 64;
    if (index < near_.size()) return near_[index];
    if (index - near_.size() >= far_.size()) far_.resize(index - near_.size() + 1);
    return far_[index - near_.size()];
  }

  std::array<std::uint64_t, 8> near_{};
  std::vector<std::uint64_t> far_;
  std::size_t depth_ = 0;
};

}  // namespace troupe::protocol::json
