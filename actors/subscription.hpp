#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/client_messages.hpp>
#include <troupe/actors/counters.hpp>

namespace troupe::actors {

/// One actor of the user's that hears of a namespace's clients: what it wants to hear, and how many
/// messages it has not handled. Shared by the namespace's connection actors. Any thread.
class subscription : public std::enable_shared_from_this<subscription> {
 public:
  subscription(caf::actor who, subscription_options wanted)
      : who_(std::move(who)), wanted_(std::move(wanted)) {}

  const caf::actor& who() const noexcept { return who_; }
  const subscription_options& wanted() const noexcept { return wanted_; }
  /// It hears no more, of no client.
  void end() noexcept { is_over_.store(true, std::memory_order_relaxed); }
  bool is_over() const noexcept { return is_over_.load(std::memory_order_relaxed); }

  bool wants_event(std::string_view name) const noexcept;
  bool wants_room(std::string_view room) const noexcept;
  /// Of a client in `rooms`.
  bool wants_client_in(const std::vector<std::string>& rooms) const noexcept;
  bool pauses() const noexcept { return wanted_.when_full == subscription_options::full::pause; }
  /// It has as many messages to handle as it may have.
  bool is_full() const noexcept { return unhandled() >= wanted_.messages_max; }
  /// It is not to hear of a client that joins now, nor of what that does. If it drops events and
  /// hears of connects, each client that it hears of has a beginning.
  bool ignores_newcomers() const noexcept {
    if (pauses()) return unhandled() >= wanted_.paused_messages_max;
    return hears_connects() && is_full();
  }
  bool hears_connects() const noexcept { return wanted_.connects && wanted_.rooms.empty(); }

  /// Sends a message that is counted until it and its copies are gone.
  template <class Message>
  void send(Message message) {
    message.credit = take_credit({});
    tell(who_, std::move(message));
  }
  /// The same; `client`, a connection actor, is told when it is gone (subscriber_took).
  void send_and_tell(client_event message, const caf::actor& client) {
    message.credit = take_credit(client);
    tell(who_, std::move(message));
  }

 private:
  struct credit;
  std::shared_ptr<const void> take_credit(caf::actor client);
  std::size_t unhandled() const noexcept { return unhandled_.load(std::memory_order_relaxed); }

  const caf::actor who_;
  const subscription_options wanted_;
  std::atomic<std::size_t> unhandled_{0};
  std::atomic<bool> is_over_{false};
};

}  // namespace troupe::actors
