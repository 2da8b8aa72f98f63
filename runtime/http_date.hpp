#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace troupe::runtime {

/// RFC 9110, section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string http_date(std::chrono::system_clock::time_point when);

/// The date of a shard's responses: written once a second, so that a response costs its copy and
/// reads no clock. Where the wall clock is set, it follows within a second. Thread: the shard's.
class kept_date {
 public:
  /// As of `now`, the shard's time. `wall` is called where the second is over, and gives the time.
  template <class Wall>
  std::string_view at(std::chrono::steady_clock::time_point now, Wall wall) {
    if (now >= stale_at_) write(now, wall());
    return text_;
  }

 private:
  void write(std::chrono::steady_clock::time_point now, std::chrono::system_clock::time_point wall);

  std::string text_;
  std::chrono::steady_clock::time_point stale_at_ = std::chrono::steady_clock::time_point::min();
};

}  // namespace troupe::runtime
