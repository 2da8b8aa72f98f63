#include <troupe/runtime/log_limiter.hpp>

#include <string>
#include <utility>

namespace troupe::runtime {

void log_limiter::operator()(log_level level, std::string_view line) {
  std::size_t dropped_before = 0;
  {
    const std::lock_guard lock(mutex_);
    window& at = windows_[static_cast<std::size_t>(level)];
    const auto now = time_.now();
    if (now - at.begin >= std::chrono::seconds(1)) {
      at.begin = now;
      at.lines = 0;
      dropped_before = std::exchange(at.dropped, 0);
    }
    if (at.lines == lines_max_) {
      ++at.dropped;
      return;
    }
    ++at.lines;
  }
  if (dropped_before != 0) to_(level, std::to_string(dropped_before) + " lines were not logged");
  to_(level, line);
}

}  // namespace troupe::runtime
