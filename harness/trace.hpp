#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include <troupe/harness/seams.hpp>

namespace troupe::harness {

/// One thing that happened in a run.
struct trace_event {
  std::uint64_t number = 0;         ///< 1 for the first.
  std::chrono::microseconds at{0};  ///< Since the run began.
  std::string lane;                 ///< Who: "client 3", "server", "network".
  std::string what;                 ///< "emit", "receive", "connect", "fault".
  std::string text;
  std::uint64_t cause = 0;  ///< The event that it follows from (an emit, for a receive); 0: none.
};

/// What happened in a run: every step goes into the hash, and the last events are kept. Two runs
/// with one hash did the same. Holds no address, no hash of a library's, nothing of the machine.
class trace {
 public:
  static constexpr std::size_t kept_by_default = 50;

  explicit trace(const clock& time, std::size_t kept_max = kept_by_default)
      : clock_(time), begun_(time.now()), kept_max_(kept_max) {}

  void mix(std::uint64_t word) noexcept {
    hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15u;
    hash_ ^= hash_ >> 29;
  }
  void mix(std::string_view bytes) noexcept;
  /// Adds an event; its number.
  std::uint64_t note(std::string_view lane, std::string_view what, std::string_view text,
                     std::uint64_t cause = 0);

  std::uint64_t hash() const noexcept { return hash_; }
  std::uint64_t count() const noexcept { return count_; }
  /// The last ones.
  const std::deque<trace_event>& events() const noexcept { return events_; }
  std::chrono::microseconds elapsed() const noexcept;

 private:
  const clock& clock_;
  time_point begun_;
  std::size_t kept_max_;
  std::uint64_t hash_ = 0xcbf29ce484222325u;
  std::uint64_t count_ = 0;
  std::deque<trace_event> events_;
};

}  // namespace troupe::harness
