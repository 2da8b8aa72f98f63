#include <tests/catch.hpp>

#include <troupe/protocol/engineio/request.hpp>

using namespace troupe::protocol::engineio;
using namespace std::string_view_literals;

namespace {

struct request {
  std::string_view query_text;
  std::string_view method = "GET";
  bool is_upgrade = false;
  std::optional<transport_kind> session = {};
  std::string_view origin = {};
  revision spoken = revision::v4;
};

std::optional<request_errc> checked(const request& asked, const transport_set& served = {}) {
  const query parameters = parse_query(asked.query_text);
  return check(
      {parameters, asked.method, asked.is_upgrade, asked.origin, asked.session, asked.spoken},
      served);
}

constexpr auto polling = transport_kind::polling;
constexpr auto websocket = transport_kind::websocket;

}  // namespace

TEST_CASE("a query is split, percent-decoded and searched by name") {
  const query parsed = parse_query("EIO=4&transport=polling&a%20b=c%2Bd+e&empty=&bare&&x=1=2");
  CHECK(parsed.find("EIO") == "4");
  CHECK(parsed.find("transport") == "polling");
  CHECK(parsed.find("a b") == "c+d e");
  CHECK(parsed.find("empty") == "");
  CHECK(parsed.find("bare") == "");
  CHECK(parsed.find("x") == "1=2");
  CHECK_FALSE(parsed.find("none"));
  CHECK(parsed.parameters.size() == 6);
  CHECK(parse_query("").parameters.empty());
  CHECK(parse_query("a=1&b=3&a=2").find("a") == "2");
}

TEST_CASE("a bad percent escape stays as it is") {
  CHECK(parse_query("a=%zz%4&b=%").find("a") == "%zz%4");
  CHECK(parse_query("a=100%").find("a") == "100%");
  CHECK(parse_query("a=%4").find("a") == "%4");
  CHECK(parse_query("a=%41").find("a") == "A");
}

TEST_CASE("a query keeps at most 256 parameters") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "a&";
  CHECK(parse_query(text).parameters.size() == 256);
  CHECK(parse_query(text).is_cut);
}

TEST_CASE("a request with more parameters than are kept is refused, since the last counts") {
  std::string text = "EIO=4&transport=polling";
  for (int i = 2; i < 256; ++i) text += "&a";
  CHECK(checked({text + "&&"}) == std::nullopt);
  CHECK(checked({text + "&transport=no"}) == request_errc::bad_request);
}

TEST_CASE("revision 3 is anything but EIO=4, served if it is told to, and kept to") {
  const transport_set both{true, true, true};
  for (const char* query :
       {"EIO=3&transport=polling", "transport=polling", "EIO=x&transport=polling"}) {
    CHECK(checked({query}) == request_errc::unsupported_version);
    CHECK_FALSE(checked({query}, both));
  }
  const request later{"EIO=3&transport=polling&sid=x", "POST", false, polling, {}, revision::v3};
  CHECK_FALSE(checked(later, both));
  request other = later;
  other.query_text = "EIO=4&transport=polling&sid=x";
  CHECK(checked(other, both) == request_errc::bad_request);
  CHECK(checked({"EIO=3&transport=polling&sid=x", "POST", false, polling}, both) ==
        request_errc::bad_request);
}

TEST_CASE("handshakes are let through") {
  CHECK_FALSE(checked({"EIO=4&transport=polling"}));
  CHECK_FALSE(checked({"EIO=4&transport=websocket", "GET", true}));
  CHECK_FALSE(checked({"EIO=4&transport=polling&sid="}));
}

TEST_CASE("an unknown or unserved transport is code 0, before anything else") {
  CHECK(checked({"EIO=4"}) == request_errc::transport_unknown);
  CHECK(checked({"EIO=3&transport=abc&sid=x", "PUT"}) == request_errc::transport_unknown);
  CHECK(checked({"EIO=4&transport=polling"}, {false, true}) == request_errc::transport_unknown);
  CHECK(checked({"EIO=4&transport=websocket", "GET", true}, {true, false}) ==
        request_errc::transport_unknown);
}

TEST_CASE("an origin with control characters is code 3") {
  CHECK(checked({"EIO=4&transport=polling", "GET", false, {}, "http://a\x01"}) ==
        request_errc::bad_request);
  CHECK(checked({"EIO=4&transport=polling&sid=x", "GET", false, {}, "\x7f"}) ==
        request_errc::bad_request);
  CHECK_FALSE(checked({"EIO=4&transport=polling", "GET", false, {}, "http://\xc3\xa9\t"}));
}

TEST_CASE("a sid must name a session of the same transport and version") {
  CHECK(checked({"EIO=4&transport=polling&sid=x"}) == request_errc::session_unknown);
  CHECK_FALSE(checked({"EIO=4&transport=polling&sid=x", "GET", false, polling}));
  CHECK_FALSE(checked({"EIO=4&transport=polling&sid=x", "POST", false, polling}));
  CHECK(checked({"EIO=4&transport=polling&sid=x", "GET", false, websocket}) ==
        request_errc::bad_request);
  CHECK(checked({"EIO=4&transport=websocket&sid=x", "GET", false, polling}) ==
        request_errc::bad_request);
  CHECK(checked({"EIO=3&transport=polling&sid=x", "GET", false, polling}) ==
        request_errc::bad_request);
  CHECK(checked({"transport=polling&sid=x", "GET", false, polling}) == request_errc::bad_request);
}

TEST_CASE("an upgrade request to a session must be for the WebSocket") {
  CHECK_FALSE(checked({"EIO=4&transport=websocket&sid=x", "GET", true, polling}));
  CHECK_FALSE(checked({"EIO=4&transport=websocket&sid=x", "GET", true, websocket}));
  CHECK(checked({"EIO=4&transport=polling&sid=x", "GET", true, polling}) ==
        request_errc::bad_request);
}

TEST_CASE("a handshake is a GET, an upgrade if it is for the WebSocket, of version 4") {
  CHECK(checked({"EIO=3&transport=polling", "POST"}) == request_errc::bad_handshake_method);
  CHECK(checked({"EIO=4&transport=websocket"}) == request_errc::bad_request);
  CHECK(checked({"EIO=4&transport=polling", "GET", true}) == request_errc::bad_request);
  CHECK(checked({"EIO=3&transport=polling"}) == request_errc::unsupported_version);
  CHECK(checked({"transport=polling"}) == request_errc::unsupported_version);
  CHECK(checked({"EIO=abc&transport=websocket", "GET", true}) == request_errc::unsupported_version);
}

TEST_CASE("a request error has the reference's body") {
  CHECK(error_body(request_errc::transport_unknown, message_of(request_errc::transport_unknown)) ==
        "{\"code\":0,\"message\":\"Transport unknown\"}");
  CHECK(error_body(request_errc::forbidden, "no \"you\"") ==
        "{\"code\":4,\"message\":\"no \\\"you\\\"\"}");
  CHECK(message_of(request_errc::session_unknown) == "Session ID unknown");
  CHECK(message_of(request_errc::bad_handshake_method) == "Bad handshake method");
  CHECK(message_of(request_errc::bad_request) == "Bad request");
  CHECK(message_of(request_errc::forbidden) == "Forbidden");
  CHECK(message_of(request_errc::unsupported_version) == "Unsupported protocol version");
}

TEST_CASE("transports have the names of the query parameter") {
  CHECK(name_of(polling) == "polling");
  CHECK(name_of(websocket) == "websocket");
}
