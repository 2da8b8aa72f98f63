#pragma once

#include <concepts>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// Rooms as a parameter: one name, a list, or any range of strings. `io.to("a")`,
/// `io.to({"a", "b"})`, `io.to(std::vector<std::string>{...})`.
class room_names {
 public:
  room_names(std::string_view name) : names_{std::string(name)} {}
  room_names(const char* name) : room_names(std::string_view(name)) {}
  room_names(std::string name) { names_.push_back(std::move(name)); }
  room_names(std::initializer_list<std::string_view> names) : names_(names.begin(), names.end()) {}
  room_names(std::vector<std::string> names) noexcept : names_(std::move(names)) {}
  template <class Range>
  requires(!std::convertible_to<const Range&, std::string_view>) && requires(const Range& names) {
    { *std::begin(names) } -> std::convertible_to<std::string_view>;
    std::end(names);
  }
  room_names(const Range& names) {
    for (const auto& name : names) names_.emplace_back(std::string_view(name));
  }

  const std::vector<std::string>& list() const& noexcept { return names_; }
  std::vector<std::string> list() && noexcept { return std::move(names_); }

 private:
  std::vector<std::string> names_;
};

}  // namespace troupe
