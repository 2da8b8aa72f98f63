#include "journal.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <cstdio>
#include <ctime>
#include <exception>
#include <string>
#include <utility>

namespace troupe_node {

using troupe::log_level;

void journal::write(log_level level, std::string_view text) const noexcept try {
  static constexpr std::string_view names[] = {"debug", "info", "warning", "error"};
  if (level < least_) return;
  std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  const std::string line =
      fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {} {}\n", parts, names[static_cast<int>(level)], text);
  std::fwrite(line.data(), 1, line.size(), stderr);  // A full disk must not end the server.
} catch (const std::exception&) {
}

void journal::refused(const troupe::limit_reached& what) {
  const std::lock_guard lock(mutex_);
  refusals& of = refusals_.at(static_cast<std::size_t>(what.which));
  const auto now = std::chrono::steady_clock::now();
  if (of.told != time_point::min() && now - of.told < std::chrono::seconds(1)) {
    ++of.untold;
    return;
  }
  of.told = now;
  const std::size_t untold = std::exchange(of.untold, 0);
  write(log_level::warning,
        fmt::format("limit {} reached by {}{}", name_of(what.which), what.address,
                    untold == 0 ? std::string() : fmt::format(", and {} times before", untold)));
}

void journal::close() {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < refusals_.size(); ++i)
    if (const std::size_t untold = std::exchange(refusals_[i].untold, 0); untold != 0)
      write(log_level::warning, fmt::format("limit {} reached {} times more",
                                            name_of(static_cast<troupe::limit>(i)), untold));
}

}  // namespace troupe_node
