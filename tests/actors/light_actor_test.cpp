#include <chrono>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <tests/catch.hpp>
#include <troupe/actors/light_actor.hpp>
#include <troupe/actors/messages.hpp>

namespace actors = troupe::actors;

namespace {

/// Runs its actors when it is told to.
class queue_unit final : public actors::pinned_unit {
 public:
  using pinned_unit::pinned_unit;
  std::size_t waiting() const noexcept { return ready_.size(); }
  void run_all(std::size_t messages = 100) {
    while (!ready_.empty()) {
      caf::resumable* const job = ready_.front();
      ready_.pop_front();
      if (!run(job, messages)) ready_.push_back(job);
    }
  }

 private:
  void submit(caf::resumable* job) override { ready_.push_back(job); }
  std::deque<caf::resumable*> ready_;
};

struct journal {
  std::vector<std::string> lines;
  bool is_destroyed = false;
};

/// Notes what it is told: `wake` is one of its messages, `stop_server` ends it, `shut_down` throws.
class noting_actor final : public actors::light_actor {
 public:
  noting_actor(caf::actor_config& config, journal& into) : light_actor(config), into_(into) {}
  ~noting_actor() override { into_.is_destroyed = true; }
  const char* name() const override { return "test.noting"; }

 private:
  bool handle(actors::message_content& content) override {
    if (const auto* data = actors::part_of<actors::client_data>(content))
      return into_.lines.push_back(data->bytes), true;
    if (actors::part_of<actors::stop_server>(content) != nullptr)
      return quit(caf::make_error(caf::exit_reason::user_shutdown)), true;
    if (actors::part_of<actors::shut_down>(content) != nullptr) throw std::runtime_error("no more");
    return false;
  }
  void on_exit() override { into_.lines.emplace_back("exit"); }

  journal& into_;
};

/// A system, a unit, and one actor on it.
struct stage {
  caf::actor_system_config config;
  std::optional<caf::actor_system> system;
  std::optional<queue_unit> unit;
  journal notes;
  std::string ended_of = "-";
  caf::actor who;

  stage() {
#if TROUPE_CAF_1X
    caf::init_global_meta_objects<caf::id_block::troupe>();
    caf::init_global_meta_objects<caf::id_block::troupe_runtime>();
    caf::core::init_global_meta_objects();
#endif
    actors::configure(config, 1);
    system.emplace(config);
    unit.emplace(*system);
    who = actors::spawn_light<noting_actor>(*system, *unit, notes);
    who->attach_functor([this](const caf::error& why) { ended_of = caf::to_string(why); });
  }
  void say(std::string bytes) {
    actors::tell(who, actors::client_data{std::move(bytes), false});
  }
  void end() {
    actors::tell(who, actors::stop_server{});
    unit->run_all();
    who = {};
  }

  /// Asks `message` of the actor; what the answer is.
  template <class Message>
  std::string ask(Message message) {
    caf::scoped_actor self(*system);
    const std::chrono::seconds patience(10);
#if TROUPE_CAF_1X
    auto asked = self->mail(std::move(message)).request(who, patience);
#else
    auto asked = self->request(who, patience, std::move(message));
#endif
    unit->run_all();
    std::string answer;
    std::move(asked).receive([&] { answer = "done"; },
                             [&](const caf::error& why) { answer = caf::to_string(why); });
    return answer;
  }
};

bool says(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a light actor runs on its unit, only when it was sent something") {
  stage s;
  CHECK(s.unit->waiting() == 0);
  s.say("a");
  s.say("b");
  CHECK(s.notes.lines.empty());
  CHECK(s.unit->waiting() == 1);
  s.unit->run_all();
  s.say("c");
  s.unit->run_all();
  CHECK(s.notes.lines == std::vector<std::string>{"a", "b", "c"});
  s.end();
}

TEST_CASE("a light actor handles no more messages at a time than it is let") {
  stage s;
  for (const char* each : {"a", "b", "c"}) s.say(each);
  s.unit->run_all(1);
  CHECK(s.notes.lines == std::vector<std::string>{"a", "b", "c"});
  s.end();
}

TEST_CASE("a light actor that quits tells who watches, handles nothing more and is freed") {
  stage s;
  s.say("a");
  actors::tell(s.who, actors::stop_server{});
  s.say("b");
  s.unit->run_all();
  CHECK(s.notes.lines == std::vector<std::string>{"a", "exit"});
  CHECK(says(s.ended_of, "user_shutdown"));
  s.say("c");
  CHECK(s.unit->waiting() == 0);
  CHECK_FALSE(s.notes.is_destroyed);
  s.who = {};
  CHECK(s.notes.is_destroyed);
}

TEST_CASE("a light actor ends of what its handler throws") {
  stage s;
  CHECK(says(s.ask(actors::shut_down{}), "no more"));
  CHECK(says(s.ended_of, "no more"));
  CHECK(s.notes.lines == std::vector<std::string>{"exit"});
}

TEST_CASE("a request to a light actor is answered, also by one that knows no such message") {
  stage s;
  CHECK(s.ask(actors::client_data{"a", false}) == "done");
  CHECK(says(s.ask(actors::start_listening{}), "unexpected_message"));
  CHECK(s.ended_of == "-");
  s.end();
}

TEST_CASE("a request that a light actor has not handled when it ends is refused, as one later is") {
  stage s;
  actors::tell(s.who, actors::stop_server{});
  CHECK(says(s.ask(actors::client_data{"a", false}), "request_receiver_down"));
  CHECK(says(s.ask(actors::client_data{"b", false}), "request_receiver_down"));
  CHECK(s.notes.lines == std::vector<std::string>{"exit"});
}

TEST_CASE("light actors can be linked and told to exit") {
  stage s;
  journal others;
  caf::actor other = actors::spawn_light<noting_actor>(*s.system, *s.unit, others);
  caf::actor_cast<noting_actor*>(s.who)->link_to(other);
  actors::tell(other, caf::exit_msg{other.address(), {}});
  s.unit->run_all();
  CHECK(others.lines.empty());
  actors::tell(other, caf::exit_msg{other.address(), caf::exit_reason::kill});
  other = {};
  s.unit->run_all();
  CHECK(others.lines == std::vector<std::string>{"exit"});
  CHECK(others.is_destroyed);
  CHECK(s.notes.lines == std::vector<std::string>{"exit"});
  CHECK(says(s.ended_of, "kill"));
}

TEST_CASE("a light actor counts among its system's until it ends, and ends with its last handle") {
  stage s;
  CHECK(s.system->registry().running() == 1);
  s.who = {};
  CHECK(s.notes.lines == std::vector<std::string>{"exit"});
  CHECK(s.notes.is_destroyed);
  CHECK(says(s.ended_of, "unreachable"));
  CHECK(s.system->registry().running() == 0);
}
