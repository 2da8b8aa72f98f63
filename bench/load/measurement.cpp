#include "measurement.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace load {

namespace {
constexpr double busy = 0.9;  // Of a core: no more is to be had.
constexpr double worth_telling = 0.01;
}  // namespace

measurement::measurement(const server_process& server)
    : server_(server),
      begin_(clock::now()),
      own_cpu_(own_cpu_seconds()),
      threads_(server.thread_cpu_seconds()) {}

void measurement::end() {
  wall_ = seconds_between(begin_, clock::now());
  own_cpu_ = own_cpu_seconds() - own_cpu_;
  for (const auto& [thread, seconds] : server_.thread_cpu_seconds())
    used_.push_back(seconds - threads_[thread]);
  std::sort(used_.begin(), used_.end(), std::greater<>());
  server_cpu_ = std::accumulate(used_.begin(), used_.end(), 0.0);
}

void measurement::add_to(report& result) const {
  const double own = own_cpu_ / wall_;
  std::vector<double> threads;
  for (const double seconds : used_)
    if (seconds / wall_ > worth_telling) threads.push_back(seconds / wall_);
  result.add("seconds", wall_);
  result.add("server_cores", server_cpu_ / wall_);
  result.add("server_cores_by_thread", threads);
  result.add("generator_cores", own);
  const bool server_is_busy = !threads.empty() && threads.front() > busy;
  result.add("limit", server_is_busy ? "server" : own > busy ? "generator" : "neither");
}

}  // namespace load
