#include <tests/catch.hpp>
#include <tests/protocol/engineio/recording_host.hpp>

using namespace troupe::protocol::engineio;
using namespace std::chrono_literals;

namespace {

using lines = session_bench::lines;
constexpr auto polling = transport_kind::polling;
constexpr auto websocket = transport_kind::websocket;

}  // namespace

TEST_CASE("a polling session opens with the five keys and offers the upgrade") {
  session_bench bench(polling);
  bench.tested.open(bench.now);
  CHECK(bench.host.calls() ==
        lines{"send 0{\"sid\":\"abc\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
              "\"pingTimeout\":20000,\"maxPayload\":1000000}"});
  CHECK(bench.tested.is_open());
  CHECK_FALSE(bench.tested.is_writable());
  CHECK(bench.poll());
  CHECK(bench.tested.is_writable());
  CHECK(bench.host.calls().empty());
}

TEST_CASE("no upgrade is offered over a WebSocket, or where upgrades are off or not served") {
  const auto opening = [](transport_kind kind, session_options options) {
    session_bench bench(kind, options);
    bench.tested.open(bench.now);
    return bench.host.calls().at(0);
  };
  session_options off;
  off.allow_upgrades = false;
  session_options unserved;
  unserved.transports.websocket = false;
  CHECK(opening(websocket, {}).find("\"upgrades\":[],") != std::string::npos);
  CHECK(opening(polling, off).find("\"upgrades\":[],") != std::string::npos);
  CHECK(opening(polling, unserved).find("\"upgrades\":[],") != std::string::npos);
}

TEST_CASE("a session pings after the interval and closes when no pong comes") {
  session_bench bench(websocket);
  bench.open();
  CHECK(bench.tested.deadline() == bench.now + 25s);
  CHECK(bench.pass(24'999ms).empty());
  CHECK(bench.pass(1ms) == lines{"send 2"});
  CHECK(bench.tested.deadline() == bench.now + 20s);
  CHECK(bench.pass(19'999ms).empty());
  CHECK(bench.pass(1ms) == lines{"closed: ping timeout"});
  CHECK(bench.tested.deadline() == time_point::max());
  CHECK_FALSE(bench.tested.is_open());
  CHECK_FALSE(bench.tested.is_writable());
}

TEST_CASE("the next ping comes an interval after the pong") {
  session_bench bench(websocket);
  bench.open();
  bench.pass(25s);
  bench.pass(7s);
  bench.text("3");
  CHECK(bench.tested.deadline() == bench.now + 25s);
  CHECK(bench.pass(25s) == lines{"send 2"});
}

TEST_CASE("the first other packet refreshes the ping timeout, once per ping") {
  session_bench bench(websocket);
  bench.open();
  bench.pass(25s);
  bench.pass(15s);
  bench.text("4a");
  CHECK(bench.tested.deadline() == bench.now + 20s);
  bench.pass(15s);
  bench.text("4b");
  CHECK(bench.tested.deadline() == bench.now + 5s);
  bench.text("3");
  bench.pass(25s);
  bench.pass(10s);
  bench.text("6");
  CHECK(bench.tested.deadline() == bench.now + 20s);
}

TEST_CASE("over polling a ping answers the pending GET, or waits for one") {
  session_bench bench(polling);
  bench.open();
  bench.poll();
  CHECK(bench.pass(25s) == lines{"send 2", "flush 2"});
  CHECK_FALSE(bench.tested.is_poll_pending());
  CHECK(bench.post("3") == post_verdict::ok);
  CHECK(bench.pass(25s) == lines{"send 2"});
  bench.poll();
  CHECK(bench.pass(20s) == lines{"send 1", "flush 2|1", "closed: ping timeout"});
}

TEST_CASE("messages come out of payloads and WebSocket messages in order") {
  session_bench over_polling(polling);
  over_polling.open();
  CHECK(over_polling.post("4a\x1e"
                          "bAQI=\x1e"
                          "4") == post_verdict::ok);
  CHECK(over_polling.host.calls() == lines{"text a", "binary \x01\x02", "text "});

  session_bench over_websocket(websocket);
  over_websocket.open();
  over_websocket.text("4a");
  over_websocket.tested.websocket_message("\x04\xff", true, over_websocket.now);
  over_websocket.text("bAQI=");
  CHECK(over_websocket.host.calls() == lines{"text a", "binary \x04\xff", "binary \x01\x02"});
}

TEST_CASE("unasked open, pong, upgrade and noop packets are ignored") {
  session_bench bench(websocket);
  bench.open();
  const auto deadline = bench.tested.deadline();
  bench.now += 5s;
  for (const auto packet : {"0", "3", "3probe", "5", "6", "0{}"}) bench.text(packet);
  CHECK(bench.host.calls().empty());
  CHECK(bench.tested.deadline() == deadline);
}

TEST_CASE("a client's ping is a transport error: version 4 pings the other way") {
  session_bench over_websocket(websocket);
  over_websocket.open();
  over_websocket.text("2");
  CHECK(over_websocket.host.calls() == lines{"closed: transport error"});

  session_bench over_polling(polling);
  over_polling.open();
  CHECK(over_polling.post("2\x1e"
                          "4a") == post_verdict::bad_request);
  CHECK(over_polling.host.calls() == lines{"closed: transport error"});
}

TEST_CASE("a packet that does not parse closes the session, after those before it") {
  for (const auto bad : {"x", "", "4\xff", "b#"}) {
    session_bench over_websocket(websocket);
    over_websocket.open();
    over_websocket.text(bad);
    CHECK(over_websocket.host.calls() == lines{"closed: parse error"});

    session_bench over_polling(polling);
    over_polling.open();
    over_polling.poll();
    CHECK(over_polling.post(std::string("4a\x1e") + bad) == post_verdict::bad_request);
    CHECK(over_polling.host.calls() == lines{"text a", "send 1", "flush 1", "closed: parse error"});
  }
}

TEST_CASE("a POST of binary content is a transport error, one too large is only refused") {
  session_options options;
  options.bounds.payload_bytes_max = 10;
  session_bench bench(polling, options);
  bench.open();
  CHECK(bench.post("4234567890") == post_verdict::ok);
  CHECK(bench.post("42345678901") == post_verdict::too_large);
  CHECK(bench.tested.is_open());
  bench.host.calls();
  CHECK(bench.tested.post("4a", true, bench.now) == post_verdict::bad_request);
  CHECK(bench.host.calls() == lines{"closed: transport error"});
  CHECK(bench.post("4a") == post_verdict::bad_request);
}

TEST_CASE("a close packet over polling is answered by a noop to the pending GET") {
  session_bench bench(polling);
  bench.open();
  bench.poll();
  CHECK(bench.post("1\x1e"
                   "4a") == post_verdict::ok);
  CHECK(bench.host.calls() == lines{"send 6", "flush 6", "closed: transport close"});
}

TEST_CASE("a close packet over a WebSocket closes the session") {
  session_bench bench(websocket);
  bench.open();
  bench.text("1");
  CHECK(bench.host.calls() == lines{"closed: transport close"});
}

TEST_CASE("a second GET beside the pending one closes the session") {
  session_bench bench(polling);
  bench.open();
  CHECK(bench.poll());
  CHECK_FALSE(bench.poll());
  CHECK(bench.host.calls() == lines{"send 1", "flush 1", "closed: transport error"});
  CHECK_FALSE(bench.poll());
}

TEST_CASE("a cancelled GET closes the session, but not one that was answered") {
  session_bench bench(polling);
  bench.open();
  bench.poll();
  bench.tested.poll_answered();
  bench.tested.poll_aborted(bench.now);
  CHECK(bench.tested.is_open());
  bench.poll();
  bench.tested.poll_aborted(bench.now);
  CHECK(bench.host.calls() == lines{"closed: transport error"});
}

TEST_CASE("a WebSocket that went away closes its session") {
  session_bench clean(websocket);
  clean.open();
  clean.tested.websocket_closed(false, clean.now);
  CHECK(clean.host.calls() == lines{"closed: transport close"});

  session_bench reset(websocket);
  reset.open();
  reset.tested.websocket_closed(true, reset.now);
  reset.tested.websocket_closed(false, reset.now);
  CHECK(reset.host.calls() == lines{"closed: transport error"});
}

TEST_CASE("the server closes a WebSocket session at once") {
  session_bench bench(websocket);
  bench.open();
  bench.tested.close(bench.now);
  bench.tested.close(bench.now);
  CHECK(bench.host.calls() == lines{"closed: forced close"});
}

TEST_CASE("the server's close waits for the GET after the one that takes what is queued") {
  session_bench bench(polling);
  bench.open();
  bench.poll();
  bench.host.queue("4last");
  bench.tested.close(bench.now);
  CHECK(bench.host.calls() == lines{"flush 4last"});
  CHECK(bench.poll());
  CHECK(bench.host.calls() == lines{"send 1", "flush 1", "closed: forced close"});
}

TEST_CASE("the server's close waits for the next GET") {
  session_bench bench(polling);
  bench.open();
  bench.tested.close(bench.now);
  CHECK(bench.host.calls().empty());
  CHECK_FALSE(bench.tested.is_open());
  CHECK(bench.post("4ignored") == post_verdict::ok);
  CHECK(bench.tested.deadline() == bench.now + 30s);
  CHECK(bench.poll());
  CHECK(bench.host.calls() == lines{"send 1", "flush 1", "closed: forced close"});
}

TEST_CASE("the server's close does not wait for ever, and says so when the client goes first") {
  session_bench alone(polling);
  alone.open();
  alone.tested.close(alone.now);
  alone.host.calls();
  CHECK(alone.pass(29'999ms).empty());
  CHECK(alone.pass(1ms) == lines{"closed: forced close"});

  session_bench leaving(polling);
  leaving.open();
  leaving.tested.close(leaving.now);
  leaving.host.calls();
  CHECK(leaving.post("4a\x1e"
                     "1") == post_verdict::ok);
  CHECK(leaving.host.calls() == lines{"closed: forced close"});
}

TEST_CASE("a host may close the session inside a call, and hears nothing more") {
  session_bench bench(polling);
  bench.open();
  bench.host.reaction = [&](const std::string& line) {
    if (line == "text a") bench.tested.close(bench.now);
  };
  bench.poll();
  CHECK(bench.post("4a\x1e"
                   "4b\x1e"
                   "x") == post_verdict::ok);
  CHECK(bench.host.calls() == lines{"text a", "send 1", "flush 1", "closed: forced close"});
}

TEST_CASE("a host may close the session while it queues the session's own packet") {
  session_bench bench(polling);
  bench.open();
  bench.poll();
  bench.host.reaction = [&](const std::string& line) {
    if (line == "send 2") bench.tested.close(bench.now);
  };
  CHECK(bench.pass(25s) == lines{"send 2", "flush 2"});
  CHECK(bench.pass(30s) == lines{"closed: forced close"});
  CHECK(bench.pass(1h).empty());
}

TEST_CASE("a session that never opened can be closed") {
  session_bench bench(polling);
  bench.tested.close(bench.now);
  CHECK(bench.host.calls() == lines{"closed: forced close"});
}
