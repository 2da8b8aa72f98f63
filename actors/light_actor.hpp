#pragma once

#include <cstddef>
#include <exception>
#include <utility>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/mailbox.hpp>
#include <troupe/actors/pinned_unit.hpp>
#include <troupe/actors/pinning.hpp>

namespace troupe::actors {

#if TROUPE_CAF_1X
using actor_base = caf::abstract_actor;
using message_content = caf::message;
#else
using actor_base = caf::monitorable_actor;
using message_content = caf::type_erased_tuple;
#endif

/// The only part of `content`, if that is a `Message`; else null.
template <class Message>
const Message* part_of(message_content& content) {
#if TROUPE_CAF_1X
  return content.match_elements<Message>() ? &content.get_as<Message>(0) : nullptr;
#else
  const bool is_one = content.size() == 1 && content.match_element<Message>(0);
  return is_one ? &content.get_as<Message>(0) : nullptr;
#endif
}

/// Base of actors of which there are very many: a CAF actor like any other to whoever has its
/// handle (sending, requests, monitors, links), pinned to its unit as pinned_actor is, but without
/// what event_based_actor brings for behaviors that change, requests of its own and streams: 150
/// bytes instead of 1,000. It runs when it is sent something, not before; its messages are not
/// skipped, and it does not monitor anybody.
class light_actor : public actor_base, public caf::resumable {
 public:
  explicit light_actor(caf::actor_config& config);
  ~light_actor() override;

  using actor_base::enqueue;
#if TROUPE_CAF_1X
  bool enqueue(caf::mailbox_element_ptr element, caf_unit*) override {
    return take_in(std::move(element));
  }
  subtype_t subtype() const noexcept final {
    return io_actor;
  }
  void ref_resumable() const noexcept final {
    caf::intrusive_ptr_add_ref(ctrl());
  }
  void deref_resumable() const noexcept final {
    caf::intrusive_ptr_release(ctrl());
  }
  void on_cleanup(const caf::error& reason) final;
  void on_unreachable() final {
    finish(caf::make_error(caf::exit_reason::unreachable), nullptr);
  }
  void setup_metrics() noexcept {}  ///< CAF wants it.
#else
  void enqueue(caf::mailbox_element_ptr element, caf_unit*) override {
    take_in(std::move(element));
  }
  subtype_t subtype() const final {
    return io_actor;
  }
  void intrusive_ptr_add_ref_impl() final {
    caf::intrusive_ptr_add_ref(ctrl());
  }
  void intrusive_ptr_release_impl() final {
    caf::intrusive_ptr_release(ctrl());
  }
  bool cleanup(caf::error&& reason, caf_unit* unit) final;
  void on_destroy() final;
#endif
  resume_result resume(caf_unit* unit, std::size_t messages) final;

 protected:
  /// Handles one message; false: it is none of its own. What this throws ends the actor, and its
  /// monitors and links hear of it.
  virtual bool handle(message_content& content) = 0;
  /// The actor ends, of whatever: once, before anybody is told.
  virtual void on_exit() {}
  /// It ends behind the present message.
  void quit(caf::error reason = {});

 private:
#if TROUPE_CAF_1X
  void force_close_mailbox() final {
    close_mailbox();
  }
#endif
  bool take_in(caf::mailbox_element_ptr element);
  void fail(const caf::mailbox_element& at, const std::exception_ptr& thrown) noexcept;
  void deal_with(caf::mailbox_element& what);
  bool handle_of_caf(caf::mailbox_element& what);
  void answer(const caf::mailbox_element& what, caf::message content);
  void finish(caf::error reason, caf_unit* unit);
  void close_mailbox();

  caf_unit* unit_;
  mailbox mailbox_;
};

/// Spawns `Actor`, a light_actor, pinned to `unit`. Any thread.
template <class Actor, class... Arguments>
caf::actor spawn_light(caf::actor_system& system, pinned_unit& unit, Arguments&&... arguments) {
  caf::actor_config config{&unit};
  auto made =
      caf::make_actor<Actor, caf::strong_actor_ptr>(system.next_actor_id(), system.node(), &system,
                                                    config, std::forward<Arguments>(arguments)...);
  made->get()->register_at_system();
  released(made->get());
  return caf::actor_cast<caf::actor>(std::move(made));
}

}  // namespace troupe::actors
