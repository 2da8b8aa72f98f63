#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "histogram.hpp"

namespace load {

/// The result of a run: one line of JSON.
class report {
 public:
  void add(std::string_view name, double value);
  void add(std::string_view name, std::string_view text);
  void add(std::string_view name, const std::vector<double>& values);
  /// NAME_p50_ms, _p90_, _p99_, _p999_ and _max_.
  void add(std::string_view name, const histogram& times);

  std::string line() const { return "{" + members_ + "}"; }

 private:
  std::string& member(std::string_view name);
  std::string members_;
};

}  // namespace load
