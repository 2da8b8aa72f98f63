#pragma once

#include <string>
#include <utility>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>

namespace troupe::testing {

/// An actor of the user's that notes what it hears, and keeps the events while it is told to.
class hearer final : public actors::pinned_actor {
 public:
  struct notes {
    std::vector<std::string> heard;
    bool keeps = false;
    std::vector<client_event> kept;
  };
  hearer(caf::actor_config& config, notes& into) : pinned_actor(config), notes_(into) {}

  caf::behavior make_behavior() override {
    return {
        [this](const client_connected&) { notes_.heard.push_back("connected"); },
        [this](const client_disconnected&) { notes_.heard.push_back("disconnected"); },
        [this](const client_joined& message) { notes_.heard.push_back("joined " + message.room); },
        [this](const client_left& message) { notes_.heard.push_back("left " + message.room); },
        [this](const client_event& message) {
          notes_.heard.push_back(message.event);
          if (notes_.keeps) notes_.kept.push_back(message);
        },
    };
  }

 private:
  notes& notes_;
};

/// An embedder's system with one such actor, a server in it, and one client's way in.
struct audience {
  explicit audience(std::uint64_t seed, subscription_options wanted, options user = {})
      : bench(seed, static_cast<unsigned>(1 + seed % 3), std::move(user), &embedder.system),
        who(actors::spawn_on<hearer>(embedder.system, bench.unit(0), notes)) {
    bench.io().subscribe(who, std::move(wanted));
  }
  ~audience() {
    notes.kept.clear();
    caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
    who = {};
    bench.run();
  }
  std::uint64_t dropped() const { return bench.counted(&actors::counters::actor_messages_dropped); }

  struct foreign_system {
    foreign_system() : system((init_actor_types(), configured(config))) {}
    static caf::actor_system_config& configured(caf::actor_system_config& config) {
      actors::configure(config, 1);
      return config;
    }
    caf::actor_system_config config;
    caf::actor_system system;
  } embedder;
  hearer::notes notes;
  server_bench bench;
  caf::actor who;
};

}  // namespace troupe::testing
