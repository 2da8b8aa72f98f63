#include <algorithm>
#include <atomic>
#include <functional>
#include <utility>

#include <troupe/actors/connection_actor.hpp>

// The part of the connection actor that brings events to their listeners, through the middlewares,
// and what is sent to the listeners of that.

namespace troupe::actors {

using phase = socket_state::phase;

namespace {

/// Brings a middleware's verdict on an event to the actor; no verdict at all drops the event.
class event_port final : public next::port {
 public:
  event_port(caf::actor owner, std::string sid, std::uint64_t number)
      : owner_(std::move(owner)), sid_(std::move(sid)), number_(number) {}
  ~event_port() override {
    try {
      bring([](connection_actor& self, socket_state& to, std::uint64_t number) {
        self.drop_event(to, number);
      });
    } catch (...) {  // Out of memory: the event waits until its socket ends.
    }
  }

  void proceed() override {
    bring([](connection_actor& self, socket_state& to, std::uint64_t number) {
      self.proceed(to, number);
    });
  }
  void refuse(std::string message, value data) override {
    bring([why = refusal{std::move(message), std::move(data)}](
              connection_actor& self, socket_state& to, std::uint64_t number) {
      self.refuse(to, number, why);
    });
  }

 private:
  template <class Step>
  void bring(Step step) {
    if (used_.exchange(true)) return;
    connection_actor::in(
        owner_, [sid = sid_, number = number_, step = std::move(step)](connection_actor& self) {
          socket_state* to = self.find(sid);
          if (to != nullptr && to->seen().held.contains(number)) step(self, *to, number);
        });
  }

  caf::actor owner_;
  std::string sid_;
  std::uint64_t number_;
  std::atomic<bool> used_{false};
};

}  // namespace

bool connection_actor::handle_event(socket_state& to, const packet_ptr& received) {
  const socket_state::extras* extra = to.extra.get();
  if (extra != nullptr && extra->rate != nullptr && !extra->rate->take(home_.now())) {
    refuse_event(to, *received);
    return true;
  }
  const event what(received, make_ack(to, received->view().id));
  // First, since a handler may end the socket, and nothing about it comes behind its end.
  if (!to.shared->subscribers.empty()) tell_event(to, what);
  if (extra != nullptr && !extra->any_handlers.empty())
    to.extra->any_handlers.visit([&](listener, const auto& handler) {
      return run(to, "event handler", [&] { handler(what); }) && to.now == phase::connected;
    });
  if (to.now != phase::connected) return true;
  // A listener may have added the first.
  if (to.seen().middlewares != nullptr) return hold(to, what);
  run_handlers(to, what);
  return true;
}

bool connection_actor::hold(socket_state& to, event what) {
  socket_state::extras& extra = to.more();
  const std::uint64_t number = extra.events_held++;
  const time_point due = deadline_after(home_.now(), directory_.options().event_middleware_timeout);
  extra.held.emplace(number, socket_state::held_event{std::move(what), extra.middlewares, due});
  proceed(to, number);
  const auto left = extra.held.find(number);
  if (left == extra.held.end()) return true;
  left->second.is_withheld = true;
  ++link_->withheld;
  link_->operation_returned();
  plan_wake(due);
  return false;
}

// A middleware that lost its `next` somewhere must not hold the client's credit for ever.
void connection_actor::expire_held(time_point now) {
  std::vector<socket_state*> holding;
  for (const auto& listed : sockets_)
    if (!listed->seen().held.empty()) holding.push_back(listed.get());
  for (socket_state* to : holding) {
    const auto& held = to->seen().held;
    while (!held.empty() && held.begin()->second.deadline <= now) {
      home_.count().events_timed_out.add();
      refuse(*to, held.begin()->first, {"timed out", {}});
    }
  }
}

void connection_actor::proceed(socket_state& to, std::uint64_t number) {
  auto& held = to.more().held;
  socket_state::held_event& passing = held.at(number);
  const auto chain = passing.chain;
  if (passing.done < chain->size()) {
    const event what = passing.what;
    const auto& step = (*chain)[passing.done++];
    auto port = std::make_shared<event_port>(self(), to.sid, number);
    run(to, "middleware", [&] { step(what, next(std::move(port))); });
    return;
  }
  const socket_state::held_event through = std::move(passing);
  held.erase(number);
  run_handlers(to, through.what);
  give_back(through);
}

void connection_actor::refuse(socket_state& to, std::uint64_t number, const refusal& why) {
  drop_event(to, number);
  auto& handlers = to.more().error_handlers;
  if (handlers.empty())
    directory_.log(log_level::warning,
                   "event of " + to.entry->name() + " refused by a middleware: " + why.message);
  handlers.visit([&](listener, const auto& handler) {
    return run(to, "error handler", [&] { handler(why); }) && to.now == phase::connected;
  });
}

void connection_actor::drop_event(socket_state& to, std::uint64_t number) {
  auto& held = to.more().held;
  const auto found = held.find(number);
  const socket_state::held_event dropped = std::move(found->second);
  held.erase(found);
  give_back(dropped);
}

void connection_actor::give_back(const socket_state::held_event& left) {
  if (!left.is_withheld || link_ == nullptr) return;
  --link_->withheld;
  link_->handled();
}

void connection_actor::run_handlers(socket_state& to, const event& what) {
  to.handlers.visit(what.name(), [&](event_listener& listed) {
    if (listed.is_once()) to.handlers.remove(listed.name());
    std::optional<mismatch> wrong;
    const auto call = [&] { wrong = listed.call(what); };
    // By reference: what it captures is more than a function holds without an allocation.
    if (!run(to, "event handler", std::ref(call))) return false;
    if (wrong) report(to, what, *wrong);
    return to.now == phase::connected;
  });
}

// The event's name is the client's word: it is not echoed into the log.
void connection_actor::report(socket_state& to, const event& what, const mismatch& wrong) {
  home_.count().arguments_mismatched.add();
  const std::string text = text_of(wrong);
  directory_.log(log_level::warning, "event of " + to.entry->name() + " not handled, " + text);
  std::string error = "{\"error\":";
  protocol::json::append_string(error, text);
  error += '}';
  if (what.reply()) what.reply().send({*value::from_json(std::move(error))});
}

void connection_actor::watch_outgoing(socket_state& changed) {
  const bool watches = changed.now != phase::ended && !changed.seen().outgoing_handlers.empty();
  if (watches == std::exchange(changed.watches_outgoing, watches)) return;
  changed.entry->count_outgoing_watcher(watches);
  if (link_ != nullptr)
    link_->watches_outgoing =
        watches || std::any_of(sockets_.begin(), sockets_.end(),
                               [](const auto& listed) { return listed->watches_outgoing; });
}

void connection_actor::notify_outgoing(socket_state& to, std::string_view event,
                                       const arguments& values) {
  if (to.extra == nullptr) return;
  to.extra->outgoing_handlers.visit([&](listener, const auto& handler) {
    return run(to, "outgoing handler", [&] { handler(event, values); }) &&
           to.now == phase::connected;
  });
}

}  // namespace troupe::actors
