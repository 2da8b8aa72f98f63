#pragma once

// Actors that stay on one thread, whichever CAF it is.

#include <cstddef>
#include <exception>
#include <utility>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/pinned_unit.hpp>
#include <troupe/actors/pinning.hpp>

namespace troupe::actors {

/// Base of the runtime's standing actors: whoever sends, it runs on the unit that it was spawned
/// on. Those of which there are many derive from light_actor.
class pinned_actor : public caf::event_based_actor {
 public:
  explicit pinned_actor(caf::actor_config& config)
      : caf::event_based_actor(config),
#if TROUPE_CAF_1X
        unit_(config.sched)
#else
        unit_(config.host)
#endif
  {
    set_exception_handler([this](std::exception_ptr& thrown) { return failed(thrown); });
#if TROUPE_CAF_1X
    // Deprecated for a handler of caf::message in every behavior, which would say the same.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    set_default_handler(caf::drop);
#pragma GCC diagnostic pop
#else
    set_default_handler(caf::drop);
    set_error_handler([](caf::error&) {});
#endif
  }
  ~pinned_actor() override {
    acquired(this);
  }

#if TROUPE_CAF_1X
  bool enqueue(caf::mailbox_element_ptr element, caf_unit*) override {
    released(this);
    return caf::event_based_actor::enqueue(std::move(element), unit_);
  }
  caf::resumable::subtype_t subtype() const noexcept override {
    return caf::resumable::io_actor;
  }
  void on_cleanup(const caf::error& reason) override {
    acquired(this);
    caf::event_based_actor::on_cleanup(reason);
  }
#else
  void enqueue(caf::mailbox_element_ptr element, caf_unit*) override {
    released(this);
    caf::event_based_actor::enqueue(std::move(element), unit_);
  }
  void enqueue(caf::strong_actor_ptr from, caf::message_id id, caf::message content,
               caf_unit*) override {
    enqueue(caf::make_mailbox_element(std::move(from), id, {}, std::move(content)), unit_);
  }
  caf::resumable::subtype_t subtype() const override {
    return caf::resumable::io_actor;
  }
  bool cleanup(caf::error&& reason, caf_unit* unit) override {
    acquired(this);
    const bool cleaned = caf::event_based_actor::cleanup(std::move(reason), unit);
    released(this);
    return cleaned;
  }
  caf::invoke_message_result consume(caf::mailbox_element& element) override {
    acquired(this);
    return caf::event_based_actor::consume(element);
  }
#endif
  void launch(caf_unit* unit, bool lazy, bool hide) override {
    released(this);
    caf::event_based_actor::launch(unit, lazy, hide);
  }
  caf::resumable::resume_result resume(caf_unit* unit, std::size_t messages) override {
    acquired(this);
    const auto outcome = caf::event_based_actor::resume(unit, messages);
    released(this);
    return outcome;
  }

 protected:
  /// A message handler of the actor itself threw: it dies of the result, which its supervisor
  /// hears.
  virtual caf::error failed(std::exception_ptr& thrown) {
    return error_of(thrown);
  }

 private:
  caf_unit* unit_;
};

/// Spawns `Actor` pinned to `unit`. Any thread.
template <class Actor, class... Arguments>
caf::actor spawn_on(caf::actor_system& system, pinned_unit& unit, Arguments&&... arguments) {
  caf::actor_config config{&unit};
  return system.spawn_class<Actor, caf::no_spawn_options>(config,
                                                          std::forward<Arguments>(arguments)...);
}

}  // namespace troupe::actors
