#include <tests/catch.hpp>
#include <tests/protocol/engineio/recording_host.hpp>

using namespace troupe::protocol::engineio;
using namespace std::chrono_literals;

namespace {

using lines = session_bench::lines;
constexpr auto polling = transport_kind::polling;
constexpr auto websocket = transport_kind::websocket;

struct probing_bench : session_bench {
  explicit probing_bench(session_options with = {}) : session_bench(polling, with) {
    open();
    REQUIRE(tested.probe_opened(now));
  }
};

}  // namespace

TEST_CASE("an upgrade is probed, answered and completed") {
  probing_bench bench;
  bench.poll();  // Came while probing: answered at once.
  CHECK(bench.host.calls() == lines{"send 6", "flush 6"});
  bench.probe("2probe");
  CHECK(bench.host.calls() == lines{"probe 3probe"});
  CHECK(bench.tested.is_upgrading());
  CHECK(bench.tested.transport() == polling);
  bench.probe("5");
  CHECK(bench.host.calls() == lines{"upgraded"});
  CHECK(bench.tested.transport() == websocket);
  CHECK(bench.tested.is_writable());
  CHECK_FALSE(bench.tested.is_upgrading());
  bench.text("4a");
  CHECK(bench.host.calls() == lines{"text a"});
}

TEST_CASE("the GET that was pending is released when the probe is answered") {
  session_bench bench(polling);
  bench.open();
  bench.poll();
  bench.tested.probe_opened(bench.now);
  CHECK(bench.host.calls().empty());
  bench.probe("2probe");
  CHECK(bench.host.calls() == lines{"probe 3probe", "send 6", "flush 6"});
}

TEST_CASE("a GET during an upgrade carries what is queued instead of a noop") {
  probing_bench bench;
  bench.host.queue("4a");
  bench.poll();
  CHECK(bench.host.calls() == lines{"flush 4a"});
}

TEST_CASE("posts go on during an upgrade") {
  probing_bench bench;
  bench.probe("2probe");
  bench.host.calls();
  CHECK(bench.post("4a") == post_verdict::ok);
  CHECK(bench.host.calls() == lines{"text a"});
}

TEST_CASE("any other first packet on the probe closes it, and polling lives on") {
  for (const auto first : {"4a", "5", "2", "2probe!", "", "x", "3probe"}) {
    probing_bench bench;
    bench.probe(first);
    CHECK(bench.host.calls() == lines{"probe closed"});
    CHECK(bench.tested.is_open());
    CHECK_FALSE(bench.tested.is_upgrading());
    bench.probe("2probe");
    CHECK(bench.host.calls().empty());
    CHECK(bench.tested.probe_opened(bench.now));
  }
  probing_bench bench;
  bench.tested.probe_message("2probe", true, bench.now);
  CHECK(bench.host.calls() == lines{"probe closed"});
}

TEST_CASE("after the probe only the upgrade packet or another probe is allowed") {
  probing_bench bench;
  bench.probe("2probe");
  bench.probe("2probe");
  CHECK(bench.host.calls() == lines{"probe 3probe", "probe 3probe"});
  bench.probe("4early");
  CHECK(bench.host.calls() == lines{"probe closed"});
  CHECK(bench.tested.is_open());
}

TEST_CASE("an upgrade that is not completed in time is given up") {
  probing_bench bench;
  CHECK(bench.tested.deadline() == bench.now + 10s);
  bench.probe("2probe");
  bench.host.calls();
  CHECK(bench.pass(9'999ms).empty());
  CHECK(bench.pass(1ms) == lines{"probe closed"});
  CHECK(bench.tested.is_open());
  bench.poll();
  CHECK(bench.host.calls().empty());
  CHECK(bench.tested.deadline() == time_point{} + 25s);
}

TEST_CASE("a probe that went away leaves polling alone") {
  probing_bench bench;
  bench.tested.probe_closed(bench.now);
  CHECK(bench.host.calls().empty());
  CHECK(bench.tested.is_open());
  CHECK(bench.tested.probe_opened(bench.now));
}

TEST_CASE("a probe is refused while one is under way, after the upgrade, and where none may be") {
  probing_bench bench;
  CHECK_FALSE(bench.tested.probe_opened(bench.now));
  bench.probe("2probe");
  bench.probe("5");
  CHECK_FALSE(bench.tested.probe_opened(bench.now));
  CHECK_FALSE(bench.poll());
  CHECK(bench.post("4a") == post_verdict::bad_request);
  CHECK(bench.tested.is_open());

  session_options off;
  off.allow_upgrades = false;
  session_bench without(polling, off);
  without.open();
  CHECK_FALSE(without.tested.probe_opened(without.now));

  session_options unserved;
  unserved.transports.websocket = false;
  session_bench polling_only(polling, unserved);
  polling_only.open();
  CHECK_FALSE(polling_only.tested.probe_opened(polling_only.now));

  session_bench closing(polling);
  closing.open();
  closing.tested.close(closing.now);
  CHECK_FALSE(closing.tested.probe_opened(closing.now));
}

TEST_CASE("closing during an upgrade closes the probe as well") {
  probing_bench waiting;
  waiting.tested.close(waiting.now);
  CHECK(waiting.host.calls() == lines{"probe closed"});

  probing_bench lost;
  lost.host.calls();
  CHECK(lost.post("1") == post_verdict::ok);
  CHECK(lost.host.calls() == lines{"probe closed", "closed: transport close"});
}

TEST_CASE("a pong still owed is given its whole time again after the upgrade") {
  session_bench bench(polling);
  bench.open();
  bench.pass(25s);
  bench.tested.probe_opened(bench.now);
  bench.probe("2probe");
  bench.now += 5s;
  bench.probe("5");
  CHECK(bench.tested.deadline() == bench.now + 20s);
  bench.text("3");
  CHECK(bench.tested.deadline() == bench.now + 25s);
}

TEST_CASE("a host may close the session while the upgrade releases its GET") {
  session_bench bench(polling);
  bench.open();
  bench.poll();
  bench.tested.probe_opened(bench.now);
  bench.host.reaction = [&](const std::string& line) {
    if (line == "probe 3probe") bench.tested.close(bench.now);
  };
  bench.probe("2probe");
  CHECK(bench.host.calls() ==
        lines{"probe 3probe", "probe closed", "send 1", "flush 1", "closed: forced close"});
}
