#include "room_plan.hpp"

#include <algorithm>

namespace load {

room_plan::room_plan(const scenario& what) : what_(what), audience_(what.rooms) {
  // A client hears the events that begin at `targets - 1` rooms before its first one, or later up
  // to its last one.
  const std::size_t heard = std::min(what.rooms, what.rooms_each + what.targets - 1);
  for (std::size_t c = 0; c < what.clients && what.rooms != 0; ++c)
    for (std::size_t i = 0; i < heard; ++i)
      ++audience_[(c + what.rooms + i - (what.targets - 1)) % what.rooms];
}

std::string room_plan::rooms_of(std::size_t client) const {
  std::string list;
  const auto add = [&](const std::string& room) {
    list += list.empty() ? "[\"" : ",\"";
    list += room + '"';
  };
  for (std::size_t i = 0; i < what_.rooms_each && what_.rooms != 0; ++i)
    add("r" + std::to_string((client + i) % what_.rooms));
  for (std::size_t i = 0; i < what_.rooms_besides; ++i)
    add("own" + std::to_string(client) + "." + std::to_string(i));
  return list.empty() ? list : list + "]";
}

}  // namespace load
