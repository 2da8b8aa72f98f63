#include <troupe/actors/light_actor.hpp>

#include <exception>
#include <string>

namespace troupe::actors {

namespace {

void respond(const caf::mailbox_element& request, caf::strong_actor_ptr from, caf::message content,
             caf_unit* unit) {
  const caf::message_id id = request.mid.response_id();
#if TROUPE_CAF_1X
  request.sender->enqueue(caf::make_mailbox_element(std::move(from), id, std::move(content)), unit);
#else
  request.sender->enqueue(caf::make_mailbox_element(std::move(from), id, {}, std::move(content)),
                          unit);
#endif
}

bool is_request(const caf::mailbox_element& what) noexcept {
  return what.mid.is_request() && what.sender != nullptr;
}

// By an actor that may be going: it does not say who it was.
void refuse(const caf::mailbox_element& what) {
  if (!is_request(what)) return;
  const caf::error why = caf::make_error(caf::sec::request_receiver_down);
  respond(what, nullptr, caf::make_message(why), nullptr);
}

}  // namespace

light_actor::light_actor(caf::actor_config& config)
    : actor_base(config),
#if TROUPE_CAF_1X
      unit_(config.sched)
#else
      unit_(config.host)
#endif
{
}

light_actor::~light_actor() {
  acquired(this);
}

bool light_actor::take_in(caf::mailbox_element_ptr element) {
  switch (mailbox_.push(element)) {
    case mailbox::pushed::queued:
      return true;
    case mailbox::pushed::woke:
      caf::intrusive_ptr_add_ref(ctrl());  // The unit's.
#if TROUPE_CAF_1X
      unit_->schedule(this);
#else
      unit_->exec_later(this);
#endif
      return true;
    default:
      refuse(*element);
      return false;
  }
}

caf::resumable::resume_result light_actor::resume(caf_unit*, std::size_t messages) {
  acquired(this);
  for (;;) {
    const caf::mailbox_element_ptr next = messages > 0 ? mailbox_.pop() : nullptr;
    if (next == nullptr) {
      released(this);
      if (mailbox_.wait()) return awaiting_message;
      if (messages == 0) return resume_later;
      continue;
    }
    --messages;
    try {
      deal_with(*next);
    } catch (...) {
      fail(*next, std::current_exception());
    }
    if (!getf(is_shutting_down_flag)) continue;
    finish(std::move(fail_state_), unit_);
    released(this);
    return done;
  }
}

// Saying why may throw in its turn, where memory has run out: it ends all the same.
void light_actor::fail(const caf::mailbox_element& at, const std::exception_ptr& thrown) noexcept {
  try {
    caf::error why = error_of(thrown);
    if (is_request(at)) answer(at, caf::make_message(why));
    quit(std::move(why));
  } catch (...) {
    quit(caf::make_error(caf::exit_reason::unhandled_exception));
  }
}

void light_actor::deal_with(caf::mailbox_element& what) {
  if (what.mid.is_response()) return;  // To nobody's question.
  if (handle(what.content())) return answer(what, caf::message());
  if (!handle_of_caf(what))
    answer(what, caf::make_message(caf::make_error(caf::sec::unexpected_message)));
}

void light_actor::answer(const caf::mailbox_element& what, caf::message content) {
  if (is_request(what)) respond(what, ctrl(), std::move(content), unit_);
}

bool light_actor::handle_of_caf(caf::mailbox_element& what) {
  if (const caf::exit_msg* end = part_of<caf::exit_msg>(what.content())) {
    unlink_from(end->source);
    if (end->reason) quit(end->reason);
    return true;
  }
#if TROUPE_CAF_1X
  caf::message& content = what.content();
  if (!content.match_elements<caf::sys_atom, caf::get_atom, std::string>()) return false;
  if (content.get_as<std::string>(2) == "info")
    answer(what, caf::make_message(caf::ok_atom_v, std::string("info"),
                                   caf::strong_actor_ptr(ctrl()), std::string(name())));
  else
    answer(what, caf::make_message(caf::make_error(caf::sec::unsupported_sys_key)));
  return true;
#else
  return handle_system_message(what, unit_, true);
#endif
}

void light_actor::quit(caf::error reason) {
  if (getf(is_shutting_down_flag)) return;
  setf(is_shutting_down_flag);
  fail_state_ = std::move(reason);
}

void light_actor::finish(caf::error reason, caf_unit* unit) {
  // What it throws interrupts it; it goes on there. Monitors must hear of the end all the same.
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      on_exit();
      break;
    } catch (...) {
    }
  }
  static_cast<void>(cleanup(std::move(reason), unit));
}

#if TROUPE_CAF_1X
void light_actor::on_cleanup(const caf::error& reason) {
  acquired(this);
  close_mailbox();
  actor_base::on_cleanup(reason);
}
#else
bool light_actor::cleanup(caf::error&& reason, caf_unit* unit) {
  acquired(this);
  unregister_from_system();
  close_mailbox();
  const bool is_first = actor_base::cleanup(std::move(reason), unit);
  released(this);
  return is_first;
}

// The last handle went, and it has not ended.
void light_actor::on_destroy() {
  if (!getf(is_cleaned_up_flag)) finish(caf::make_error(caf::exit_reason::unreachable), nullptr);
}
#endif

// Whoever asked, and is not answered, hears so.
void light_actor::close_mailbox() {
  mailbox_.close();
  while (const caf::mailbox_element_ptr left = mailbox_.pop()) refuse(*left);
}

}  // namespace troupe::actors
