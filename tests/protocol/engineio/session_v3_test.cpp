#include <tests/catch.hpp>
#include <tests/protocol/engineio/recording_host.hpp>

using namespace troupe::protocol::engineio;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using lines = session_bench::lines;
constexpr auto polling = transport_kind::polling;
constexpr auto websocket = transport_kind::websocket;

struct v3_bench : session_bench {
  explicit v3_bench(transport_kind kind) : session_bench(kind, {}, revision::v3) { open(); }
};

}  // namespace

TEST_CASE("in revision 3 the client pings and the server answers") {
  v3_bench bench(websocket);
  CHECK(bench.pass(44'999ms).empty());
  bench.text("2");
  CHECK(bench.host.calls() == lines{"send 3"});
  CHECK(bench.pass(44'999ms).empty());
  CHECK(bench.pass(1ms) == lines{"closed: ping timeout"});
}

TEST_CASE("in revision 3 nothing but a ping puts the timeout off") {
  v3_bench bench(websocket);
  bench.pass(30s);
  bench.text("4hello");
  bench.host.calls();
  CHECK(bench.pass(15s) == lines{"closed: ping timeout"});
}

TEST_CASE("in revision 3 a pong is an error") {
  v3_bench bench(websocket);
  bench.text("3");
  CHECK(bench.host.calls() == lines{"closed: transport error"});
}

TEST_CASE("in revision 3 a polling client pings by POST and is answered with the next payload") {
  v3_bench bench(polling);
  CHECK(bench.post("1:2") == post_verdict::ok);
  CHECK(bench.host.calls() == lines{"send 3"});
}

TEST_CASE("in revision 3 payloads come as text and as bytes") {
  v3_bench bench(polling);
  CHECK(bench.post("6:4hello10:b4AQIDBA==") == post_verdict::ok);
  CHECK(bench.host.calls() == lines{"text hello", "binary \x01\x02\x03\x04"});
  CHECK(bench.tested.post("\x01\x03\xff\x04"s + "ab", true, bench.now) == post_verdict::ok);
  CHECK(bench.host.calls() == lines{"binary ab"});
  CHECK(bench.post("4hello") == post_verdict::bad_request);
  CHECK(bench.host.calls() == lines{"closed: parse error"});
}

TEST_CASE("in revision 3 a binary message begins with its type") {
  v3_bench bench(websocket);
  bench.tested.websocket_message("\x04"s + "ab", true, bench.now);
  bench.tested.websocket_message("b4AQ==", false, bench.now);
  CHECK(bench.host.calls() == lines{"binary ab", "binary \x01"});
  bench.tested.websocket_message("\x09"s, true, bench.now);
  CHECK(bench.host.calls() == lines{"closed: parse error"});
}

TEST_CASE("in revision 3 an upgrade gives the client its whole time to ping again") {
  v3_bench bench(polling);
  bench.pass(40s);
  REQUIRE(bench.tested.probe_opened(bench.now));
  bench.probe("2probe");
  bench.probe("5");
  CHECK(bench.host.calls() == lines{"probe 3probe", "upgraded"});
  CHECK(bench.pass(44'999ms).empty());
  bench.text("2");
  CHECK(bench.host.calls() == lines{"send 3"});
  CHECK(bench.pass(45s) == lines{"closed: ping timeout"});
}
