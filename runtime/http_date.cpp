#include <troupe/runtime/http_date.hpp>

#include <array>
#include <ctime>

namespace troupe::runtime {

std::string http_date(std::chrono::system_clock::time_point when) {
  constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  const auto padded = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::string(days[static_cast<std::size_t>(parts.tm_wday)]) + ", " + padded(parts.tm_mday) +
         " " + months[static_cast<std::size_t>(parts.tm_mon)] + " " +
         std::to_string(parts.tm_year + 1900) + " " + padded(parts.tm_hour) + ":" +
         padded(parts.tm_min) + ":" + padded(parts.tm_sec) + " GMT";
}

void kept_date::write(std::chrono::steady_clock::time_point now,
                      std::chrono::system_clock::time_point wall) {
  const auto second = std::chrono::floor<std::chrono::seconds>(wall);
  text_ = http_date(second);
  stale_at_ = now + (second + std::chrono::seconds(1) - wall);
}

}  // namespace troupe::runtime
