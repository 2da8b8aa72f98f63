#include "server_process.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace load {

namespace {

std::string folder_of(int pid) {
  return "/proc/" + std::to_string(pid);
}

template <class Visit>
void for_each_thread(int pid, Visit visit) {
  std::error_code failed;  // A process may end meanwhile.
  for (const auto& thread : std::filesystem::directory_iterator(folder_of(pid) + "/task", failed))
    visit(thread.path());
}

}  // namespace

std::vector<int> server_process::processes() const {
  std::vector<int> all{pid_};
  for (std::size_t i = 0; i < all.size(); ++i)
    for_each_thread(all[i], [&](const std::filesystem::path& thread) {
      std::ifstream children(thread / "children");
      for (int child = 0; children >> child;) all.push_back(child);
    });
  return all;
}

std::map<int, double> server_process::thread_cpu_seconds() const {
  std::map<int, double> seconds;
  for (const int pid : processes())
    for_each_thread(pid, [&](const std::filesystem::path& thread) {
      std::ifstream file(thread / "schedstat");
      if (double ns = 0; file >> ns) seconds[std::stoi(thread.filename())] = ns * 1e-9;
    });
  return seconds;
}

double server_process::user_memory_kib() const {
  double kib = 0;
  for (const int pid : processes()) {
    std::ifstream file(folder_of(pid) + "/smaps_rollup");
    for (std::string word; file >> word;)
      if (double size = 0; (word == "Anonymous:" || word == "Swap:") && file >> size) kib += size;
  }
  return kib;
}

}  // namespace load
