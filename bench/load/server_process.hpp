#pragma once

#include <map>
#include <vector>

namespace load {

/// The operating system's accounting of the server: a process and all its descendants.
class server_process {
 public:
  explicit server_process(int pid) : pid_(pid) {}

  /// CPU seconds, user and kernel, of each of its threads that live (schedstat, in ns), by id.
  std::map<int, double> thread_cpu_seconds() const;
  /// KiB of its own memory in user space (smaps: anonymous pages and swap); what the kernel holds
  /// for its connections is not in it, nor are program files.
  double user_memory_kib() const;

 private:
  std::vector<int> processes() const;

  int pid_;
};

}  // namespace load
