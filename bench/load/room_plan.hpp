#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenario.hpp"

namespace load {

/// Who is in which room, and so who must receive an event.
class room_plan {
 public:
  explicit room_plan(const scenario& what);

  /// JSON list of the rooms that a client joins; empty: none.
  std::string rooms_of(std::size_t client) const;
  /// How many clients receive the event `number`.
  std::size_t audience(std::uint64_t number) const noexcept {
    return audience_.empty() ? what_.clients : audience_[number % what_.rooms];
  }
  /// Whether client `index` receives the event `number`.
  bool hears(std::size_t client, std::uint64_t number) const noexcept {
    if (what_.rooms == 0) return true;
    for (std::size_t i = 0; i < what_.targets; ++i)
      if (is_member(client, (number + i) % what_.rooms)) return true;
    return false;
  }

 private:
  bool is_member(std::size_t client, std::size_t room) const noexcept {
    return (room + what_.rooms - client % what_.rooms) % what_.rooms < what_.rooms_each;
  }

  const scenario& what_;
  std::vector<std::size_t> audience_;  // By the first room.
};

}  // namespace load
