#pragma once

#include <cstddef>
#include <span>

namespace troupe {

/// Where a server takes random bytes from (ids); a test or the harness puts its own in place.
/// Called from every shard's thread.
class random_source {
 public:
  virtual ~random_source() = default;
  virtual void fill(std::span<std::byte> into) = 0;
};

/// The kernel's generator. fill() ends the process if the kernel refuses: an id that could be
/// guessed must not exist.
random_source& system_random() noexcept;

}  // namespace troupe
