#pragma once

#include <map>
#include <vector>

#include "report.hpp"
#include "server_process.hpp"
#include "time.hpp"

namespace load {

/// One stretch of time, and the CPU that the server and this generator used in it.
class measurement {
 public:
  explicit measurement(const server_process& server);

  void end();
  double wall_seconds() const noexcept { return wall_; }
  double server_cpu_seconds() const noexcept { return server_cpu_; }
  /// Adds the seconds, the cores that both kept busy (the server also by thread), and `limit`: who
  /// was the bottleneck. That is `server` as it should be, `generator` when the figures are the
  /// generator's (throughput and latency are then worth nothing, and the server may have batched
  /// less than it could), or `neither`, when both waited for each other or for the clock.
  void add_to(report& result) const;

 private:
  const server_process& server_;
  time_point begin_;
  double own_cpu_;
  std::map<int, double> threads_;  // When it began.
  double wall_ = 0;
  double server_cpu_ = 0;
  std::vector<double> used_;  // By each thread, the busiest first.
};

}  // namespace load
