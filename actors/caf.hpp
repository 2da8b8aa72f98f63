#pragma once

// The one header through which everything else sees CAF: 0.17 (Debian 12 and 13) and 1.x.
// Where the two differ, the difference ends here, in
// pinned_unit.hpp and in pinned_actor.hpp.

#include <caf/all.hpp>
#include <caf/config.hpp>
#include <chrono>
#include <cstddef>
#include <utility>

#if __has_include(<caf/anon_mail.hpp>)
#define TROUPE_CAF_1X 1
#include <caf/actor_registry.hpp>
#include <caf/anon_mail.hpp>
#include <caf/scheduler.hpp>
#else
#define TROUPE_CAF_1X 0
#endif

namespace troupe::actors {

#if TROUPE_CAF_1X
using caf_unit = caf::scheduler;
#else
using caf_unit = caf::execution_unit;
#endif

/// Sends from anywhere, without a sender: fire and forget. Per sending thread in order.
template <class Message>
void tell(const caf::actor& to, Message&& message) {
#if TROUPE_CAF_1X
  caf::anon_mail(std::forward<Message>(message)).send(to);
#else
  caf::anon_send(to, std::forward<Message>(message));
#endif
}

/// Calls `down(caf::actor_addr, caf::error)` on `self` when `who` ends, and of what; once per
/// watch.
template <class Self, class Down>
void watch(Self* self, const caf::actor& who, Down down) {
#if TROUPE_CAF_1X
  self->monitor(who, [down, address = who.address()](const caf::error& of) { down(address, of); });
#else
  self->set_down_handler([down](caf::down_msg& message) { down(message.source, message.reason); });
  self->monitor(who);
#endif
}

/// An actor_system configuration for a server that owns its system: its scheduler idles.
void configure(caf::actor_system_config& config, std::size_t threads);

}  // namespace troupe::actors
