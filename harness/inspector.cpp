#include <troupe/harness/inspector.hpp>

#include <utility>

#include <troupe/actors/connection_actor.hpp>
#include <troupe/actors/pinned_actor.hpp>
#include <troupe/runtime/shard.hpp>
#include <troupe/runtime/shard_thread.hpp>

namespace troupe::harness {

/// The inspector's part on the server's thread.
class inspector::visitor final : public actors::pinned_actor {
 public:
  visitor(caf::actor_config& config, actors::pinned_unit& unit, std::function<void()> look)
      : pinned_actor(config),
        unit_(static_cast<runtime::loop_unit&>(unit)),
        look_(std::move(look)) {}

  const char* name() const override { return "troupe.inspector"; }
  caf::behavior make_behavior() override {
    return {
      [this](const actors::wake&) { come(); }, [this](const actors::end&) { quit(); },
#if TROUPE_CAF_1X
          [](const caf::error&) {},
#endif
    };
  }

 private:
  // Whoever has something to do goes first; a server that never rests is not looked at.
  void come() {
    constexpr int put_off_max = 1000;
    if (!unit_.has_work())
      look_();
    else if (++put_off_ < put_off_max)
      return actors::tell(caf::actor_cast<caf::actor>(this), actors::wake{});
    put_off_ = 0;
  }

  runtime::loop_unit& unit_;
  std::function<void()> look_;
  int put_off_ = 0;
};

options inspector::options_for(options user) {
  user.client_actor = [this](caf::actor_system& system, actors::pinned_unit& unit,
                             actors::shard_context& shard) {
    enter(system, unit, shard);
    return actors::spawn_light<actors::connection_actor>(system, unit, shard);
  };
  return user;
}

void inspector::enter(caf::actor_system& system, actors::pinned_unit& unit,
                      actors::shard_context& shard) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(has_entered_, true)) return;
  static_cast<simulator&>(world_).attach(
      {&shard.shared(), {static_cast<runtime::shard*>(&shard)}, {&unit}, {}});
  visitor_ = actors::spawn_on<visitor>(system, unit, unit, [this] { look(); });
}

void inspector::look() {
  if (thrown_ != nullptr) return;
  try {
    check_();
  } catch (...) {
    thrown_ = std::current_exception();
  }
}

void inspector::ask() {
  const std::lock_guard lock(mutex_);
  if (visitor_) actors::tell(visitor_, actors::wake{});
}

void inspector::leave() {
  const std::lock_guard lock(mutex_);
  has_entered_ = true;
  if (visitor_) actors::tell(std::exchange(visitor_, {}), actors::end{});
}

}  // namespace troupe::harness
