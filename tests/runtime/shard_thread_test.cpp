#include <boost/asio/post.hpp>

#include <tests/catch.hpp>

#include <string>

#include <troupe/runtime/server.hpp>
#include <troupe/runtime/settings.hpp>
#include <troupe/runtime/shard_thread.hpp>

namespace {

using namespace std::chrono_literals;
using namespace troupe;

// Moves only when it is told to. It begins now, since the reactor's wait goes by the system's.
struct hand_clock final : troupe::clock {
  std::chrono::steady_clock::time_point time = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point now() const noexcept override { return time; }
  std::chrono::system_clock::time_point wall() const noexcept override { return {}; }
};

struct recorder final : runtime::timer {
  explicit recorder(std::string& to) : events(to) {}
  void expired(runtime::time_point) override { events += 't'; }
  std::string& events;
};

}  // namespace

TEST_CASE("a turn of a shard does not read for longer than its time") {
  init_actor_types();
  caf::actor_system_config config;
  caf::actor_system system(config);
  hand_clock clock;
  options user;
  user.clock = &clock;
  user.threads = 1;
  boost::asio::io_context loop(1);
  runtime::shard_settings settings = runtime::settings_from(user);
  settings.loops.push_back(&loop);
  actors::directory shared(system, runtime::actor_options_from(settings), {});
  runtime::shard shard(0, settings, shared);
  runtime::loop_unit unit(system, loop);
  runtime::shard_thread thread(shard, unit, loop);

  std::string events;
  recorder timer(events);
  const int reads = 100;
  for (int i = 0; i < reads; ++i) {
    boost::asio::post(loop, [&, i] {
      events += 'r';
      clock.time += 300us;
      if (i == 0) shard.deadlines().schedule(timer, clock.time);
      if (i == reads - 1) thread.stop();
    });
  }
  thread.run();
  CHECK(events.substr(0, 6) == "rrrrrt");
  CHECK(events.size() == reads + 1);
}
