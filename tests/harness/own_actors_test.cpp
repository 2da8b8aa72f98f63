#include <tests/catch.hpp>

#include <tests/seeds.hpp>
#include <troupe/actors.hpp>
#include <troupe/harness/report.hpp>
#include <troupe/harness/run.hpp>

using namespace std::chrono_literals;
using namespace troupe::harness;
using troupe::testing::with_seeds;

namespace {

/// Answers a text with its length, but never an empty one.
class measurer final : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](const std::string& text) -> caf::result<std::uint64_t> {
      if (!text.empty()) return static_cast<std::uint64_t>(text.size());
      kept_ = make_response_promise<std::uint64_t>();
      return kept_;
    }};
  }
  void on_exit() override { kept_ = {}; }  // It holds the actor itself, and who asked.

 private:
  caf::typed_response_promise<std::uint64_t> kept_;
};

/// An actor of the user's as any other: hears what clients say, has an actor that it spawned
/// measure it, and tells all; of what has no length within two seconds it says so.
class listener final : public caf::event_based_actor {
 public:
  listener(caf::actor_config& config, troupe::nsp chat)
      : event_based_actor(config), chat_(std::move(chat)) {}

  caf::behavior make_behavior() override {
    measurer_ = spawn<measurer, caf::linked>();
    return {[this](const troupe::client_event& said) {
      const std::string text = said.values.front().as_string().value_or("");
#if TROUPE_CAF_1X
      auto answer = mail(text).request(measurer_, 2s);
#else
      auto answer = request(measurer_, 2s, text);
#endif
      std::move(answer).then([this](std::uint64_t length) { chat_.emit("length", length); },
                             [this](const caf::error&) { chat_.emit("none"); });
    }};
  }
  void on_exit() override {
    measurer_ = nullptr;
  }

 private:
  troupe::nsp chat_;
  caf::actor measurer_;
};

class speaker final : public behaviour {
 public:
  speaker(socketio_client& who, stage& on) : behaviour(who), stage_(on), next_(on.world.now()) {
    client_.on_event = [this](std::string_view, std::string_view name,
                              const troupe::arguments& values) {
      if (name == "none") stage_.seen.note("test", "none", "");
      if (name == "length" && values.front().as_uint() != 5)
        stage_.judge.violated("length", std::string(values.front().json()));
      return troupe::arguments{};
    };
    client_.join("/");
    client_.connect();
  }
  bool act() override {
    if (stage_.world.now() < due()) return false;
    next_ += 500ms;
    client_.emit("/", "say", is_silent_ ? "" : "hello");
    is_silent_ = !is_silent_;
    return true;
  }
  time_point due() const override { return is_quiet_ ? time_point::max() : next_; }
  void settle() override { is_quiet_ = true; }

 private:
  stage& stage_;
  time_point next_;
  bool is_silent_ = false, is_quiet_ = false;
};

class listened_chat final : public application {
 public:
  explicit listened_chat(stage& on) : stage_(on) {}
  void serve(troupe::server& io) override {
    listener_ = stage_.actors.spawn<listener>(io.of("/"));
    io.of("/").subscribe(listener_,
                         {.event_names = {"say"}, .connects = false, .disconnects = false});
  }
  std::unique_ptr<behaviour> enter(socketio_client& who) override {
    return std::make_unique<speaker>(who, stage_);
  }
  void server_ended() override {
    caf::anon_send_exit(std::exchange(listener_, {}), caf::exit_reason::user_shutdown);
  }

 private:
  stage& stage_;
  caf::actor listener_;
};

run_options with_listener() {
  run_options how;
  how.kept_events = 10'000;
  how.application = [](stage& on) { return std::make_unique<listened_chat>(on); };
  return how;
}

}  // namespace

TEST_CASE("actors of the user's, and those that they spawn, run under the seed") {
  scenario what = standard_scenario();
  what.drawn_faults = 0;
  const run_result one = run(what, 1, with_listener());
  INFO(text_report(one));
  CHECK_FALSE(one.broken);
  CHECK(one.hash == run(what, 1, with_listener()).hash);
  CHECK(one.hash != run(what, 2, with_listener()).hash);
  // Requests of theirs time out in virtual time.
  std::size_t none = 0;
  for (const trace_event& event : one.events) none += event.what == "none" ? 1 : 0;
  CHECK(none > 50);
}

TEST_CASE("actors of the user's hold through the standard mix of faults") {
  with_seeds(20, [](std::uint64_t seed) {
    const run_result result = run(standard_scenario(), seed, with_listener());
    INFO(text_report(result));
    REQUIRE_FALSE(result.broken);
    CHECK(result.hash == run(standard_scenario(), seed, with_listener()).hash);
  });
}

TEST_CASE("an actor system of the user's may be simulated without a scenario") {
  seeded_system system;
  simulation world(1);
  world.add(system);
  troupe::server io{system.get(), world.options_for()};
  const caf::actor mine = system.get().spawn<listener>(io.of("/"));
  io.of("/").subscribe(mine);
  io.start();
  world.advance(10s);
  CHECK(system.ready_count() == 0);
  caf::anon_send_exit(mine, caf::exit_reason::user_shutdown);
  io.close();
  io.wait();
}
