#pragma once

#include <chrono>

namespace troupe {

/// Where a server reads the time; a test or the harness puts its own in place. Called from every
/// shard's thread.
class clock {
 public:
  virtual ~clock() = default;
  virtual std::chrono::steady_clock::time_point now() const noexcept = 0;
  virtual std::chrono::system_clock::time_point wall() const noexcept = 0;
};

/// The system's clocks.
const clock& system_clock() noexcept;

}  // namespace troupe
