#include <troupe/actors/subscription.hpp>

#include <algorithm>

#include <troupe/actors/messages.hpp>

namespace troupe::actors {

namespace {

bool lists(const std::vector<std::string>& names, std::string_view name) noexcept {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

/// One message's; given back when the last copy of the message is gone, on whichever thread.
struct subscription::credit {
  credit(std::shared_ptr<subscription> of, caf::actor waiting)
      : whose(std::move(of)), client(std::move(waiting)) {}
  credit(const credit&) = delete;
  credit& operator=(const credit&) = delete;
  ~credit() {
    whose->unhandled_.fetch_sub(1, std::memory_order_relaxed);
    if (client) tell(client, subscriber_took{});
  }
  const std::shared_ptr<subscription> whose;
  const caf::actor client;
};

std::shared_ptr<const void> subscription::take_credit(caf::actor client) {
  unhandled_.fetch_add(1, std::memory_order_relaxed);
  return std::make_shared<const credit>(shared_from_this(), std::move(client));
}

bool subscription::wants_event(std::string_view name) const noexcept {
  return wanted_.events && (wanted_.event_names.empty() || lists(wanted_.event_names, name));
}

bool subscription::wants_room(std::string_view room) const noexcept {
  return lists(wanted_.rooms, room);
}

bool subscription::wants_client_in(const std::vector<std::string>& rooms) const noexcept {
  return wanted_.rooms.empty() ||
         std::any_of(rooms.begin(), rooms.end(),
                     [&](const std::string& room) { return wants_room(room); });
}

}  // namespace troupe::actors
