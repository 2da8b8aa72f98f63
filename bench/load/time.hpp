#pragma once

#include <chrono>
#include <ctime>

namespace load {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

inline double seconds_between(time_point from, time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

inline clock::duration as_duration(double seconds) {
  return std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(seconds));
}

/// CPU seconds of this process.
inline double own_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace load
