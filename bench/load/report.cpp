#include "report.hpp"

#include <array>
#include <cstdio>

namespace load {

namespace {

std::string json(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

}  // namespace

std::string& report::member(std::string_view name) {
  members_ += members_.empty() ? "\"" : ",\"";
  members_ += name;
  return members_ += "\":";
}

void report::add(std::string_view name, double value) {
  member(name) += json(value);
}

void report::add(std::string_view name, std::string_view text) {
  member(name) += '"' + std::string(text) + '"';
}

void report::add(std::string_view name, const std::vector<double>& values) {
  std::string list;
  for (const double value : values) list += (list.empty() ? "" : ",") + json(value);
  member(name) += "[" + list + "]";
}

void report::add(std::string_view name, const histogram& times) {
  const std::string start(name);
  add(start + "_p50_ms", times.quantile_ms(0.5));
  add(start + "_p90_ms", times.quantile_ms(0.9));
  add(start + "_p99_ms", times.quantile_ms(0.99));
  add(start + "_p999_ms", times.quantile_ms(0.999));
  add(start + "_max_ms", times.longest_ms());
}

}  // namespace load
