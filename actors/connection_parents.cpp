#include <atomic>
#include <utility>

#include <troupe/actors/connection_actor.hpp>

// The part of the connection actor that lets clients into namespaces that are made for them, and
// what brings it the verdicts of parents and middlewares.

namespace troupe::actors {

using phase = socket_state::phase;

namespace {

/// Brings a verdict on a socket that wants in to the actor.
class joining_port final : public next::port {
 public:
  joining_port(caf::actor owner, std::string sid, std::uint64_t question)
      : owner_(std::move(owner)), sid_(std::move(sid)), question_(question) {}

  void proceed() override {
    bring([](connection_actor& self, socket_state& joining) { self.approve(joining); });
  }
  void refuse(std::string message, value data) override {
    bring([message = std::move(message), data = std::move(data)](connection_actor& self,
                                                                 socket_state& joining) {
      self.deny(joining, message, data.is_null() ? std::string_view() : data.json());
    });
  }

 private:
  template <class Step>
  void bring(Step step) {
    if (used_.exchange(true)) return;
    connection_actor::in(
        owner_, [sid = sid_, question = question_, step = std::move(step)](connection_actor& self) {
          socket_state* joining = self.find(sid);
          if (joining == nullptr || joining->arriving == nullptr ||
              joining->arriving->question != question)
            return;
          joining->arriving->question = 0;
          step(self, *joining);
        });
  }

  caf::actor owner_;
  std::string sid_;
  std::uint64_t question_;
  std::atomic<bool> used_{false};
};

}  // namespace

// Numbered, since a verdict may be given late: on the next attempt, which has the same id where
// clients of Socket.IO 2 join, it decides nothing.
next connection_actor::verdict_on(socket_state& joining) {
  const std::uint64_t question = joining.arriving->question = ++questions_asked_;
  return next(std::make_shared<joining_port>(self(), joining.sid, question));
}

void connection_actor::approve(socket_state& joining) {
  joining.arriving->parents != nullptr ? make_namespace(joining) : proceed(joining);
}

void connection_actor::deny(socket_state& joining, std::string_view message,
                            std::string_view data) {
  joining.arriving->parents != nullptr ? ask_parent(joining) : refuse(joining, message, data);
}

void connection_actor::ask_parent(socket_state& joining) {
  socket_state::way_in& way = *joining.arriving;
  const auto parents = way.parents;
  while (way.parents_asked < parents->size()) {
    const std::size_t number = ++way.parents_asked;
    const parent_namespace& asked = (*parents)[number - 1];
    try {
      if (!asked.test) return asked.judge(joining.entry->name(), joining.auth, verdict_on(joining));
      if (asked.test(joining.entry->name())) return make_namespace(joining);
      continue;
    } catch (const std::exception& thrown) {
      directory_.log(log_level::error, std::string("namespace pattern threw: ") + thrown.what());
    } catch (...) {
      directory_.log(log_level::error, "namespace pattern threw");
    }
    home_.count().handlers_thrown.add();
    // It had given a verdict before.
    if (joining.now != phase::connecting || way.parents_asked != number || !way.parents) return;
    way.question = 0;  // And gives none any more.
  }
  refuse(joining, "Invalid namespace", {});
}

void connection_actor::make_namespace(socket_state& joining) {
  socket_state::way_in& way = *joining.arriving;
  const std::string name = joining.entry->name();
  const namespace_ptr parent = (*way.parents)[way.parents_asked - 1].entry;
  namespace_ptr joined;
  // One that is emptied in between is made anew.
  while (joined == nullptr) {
    if (directory_.names().open_child(name, parent) == nullptr) {
      home_.count().namespaces_refused.add();
      return refuse(joining, "too many namespaces", {});
    }
    joined = directory_.names().join(name);
  }
  joining.entry = joined;
  way.parents = nullptr;
  enter(joining);
}

}  // namespace troupe::actors
