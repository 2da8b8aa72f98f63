#include <tests/catch.hpp>

#include <troupe/transport/http_connection.hpp>
#include <troupe/transport/http_framing.hpp>

using namespace troupe::transport;

namespace {

header_fields fields(std::initializer_list<std::pair<std::string, std::string>> all) {
  header_fields made;
  for (const auto& [name, value] : all) made.add(name, value);
  return made;
}

http_request upgrade() {
  http_request request;
  request.method = "GET";
  request.fields = fields({{"host", "a"},
                           {"connection", "keep-alive, Upgrade"},
                           {"upgrade", "WebSocket"},
                           {"sec-websocket-version", "13"},
                           {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}});
  return request;
}

http_request without(http_request request, std::string_view name) {
  header_fields rest;
  for (const auto& [key, value] : request.fields.all())
    if (key != name) rest.add(key, value);
  request.fields = rest;
  return request;
}

}  // namespace

TEST_CASE("header fields are found without regard to case, the first of equals") {
  const auto some = fields({{"X-One", "1"}, {"x-one", "2"}, {"Empty", ""}});
  CHECK(some.find("x-ONE") == "1");
  CHECK(some.has("empty"));
  CHECK(some.find("absent").empty());
  CHECK_FALSE(some.has("X-On"));
}

TEST_CASE("header tokens are found in lists and in repeated fields") {
  const auto some = fields({{"Connection", "close ,\tUpgrade"}, {"connection", "x"}});
  CHECK(has_token(some, "Connection", "upgrade"));
  CHECK(has_token(some, "Connection", "X"));
  CHECK_FALSE(has_token(some, "Connection", "up"));
}

TEST_CASE("framing that a proxy could read otherwise is ambiguous") {
  CHECK_FALSE(is_ambiguous(fields({{"Host", "a"}}), true));
  CHECK(is_ambiguous({}, true));
  CHECK_FALSE(is_ambiguous({}, false));
  CHECK(is_ambiguous(fields({{"Host", "a"}, {"Host", "b"}}), true));
  CHECK_FALSE(is_ambiguous(fields({{"Host", "a"}, {"Transfer-Encoding", "Chunked"}}), true));
  CHECK(is_ambiguous(fields({{"Transfer-Encoding", "chunked"}}), false));
  for (const char* coding :
       {"gzip", "gzip, chunked", "chunked, gzip", "chunked;q=1", "", "identity"})
    CHECK(is_ambiguous(fields({{"Host", "a"}, {"Transfer-Encoding", coding}}), true));
  CHECK(is_ambiguous(
      fields({{"Host", "a"}, {"Transfer-Encoding", "chunked"}, {"Content-Length", "3"}}), true));
  CHECK(is_ambiguous(
      fields({{"Host", "a"}, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}),
      true));
}

TEST_CASE("a websocket upgrade must be well formed in every part") {
  http_request good = upgrade();
  detect_upgrade(good, true);
  CHECK(good.wants_upgrade);
  CHECK(good.is_websocket_upgrade);

  detect_upgrade(good, false);
  CHECK(good.wants_upgrade);
  CHECK_FALSE(good.is_websocket_upgrade);

  for (const char* name : {"host", "sec-websocket-version", "sec-websocket-key"}) {
    http_request bad = without(upgrade(), name);
    detect_upgrade(bad, true);
    CHECK(bad.wants_upgrade);
    CHECK_FALSE(bad.is_websocket_upgrade);
  }
  for (const char* name : {"connection", "upgrade"}) {
    http_request bad = without(upgrade(), name);
    detect_upgrade(bad, true);
    CHECK_FALSE(bad.wants_upgrade);
    CHECK_FALSE(bad.is_websocket_upgrade);
  }
  http_request post = upgrade();
  post.method = "POST";
  detect_upgrade(post, true);
  CHECK_FALSE(post.is_websocket_upgrade);
  for (const char* key : {"", "short==", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ!=",
                          "dGhlIHNhbXBsZSBub25jZQAA", "dGhlIHNhbXBs SBub25jZQ=="}) {
    http_request bad = without(upgrade(), "sec-websocket-key");
    bad.fields.add("sec-websocket-key", key);
    detect_upgrade(bad, true);
    CHECK_FALSE(bad.is_websocket_upgrade);
  }
  http_request twice = upgrade();
  twice.fields.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  detect_upgrade(twice, true);
  CHECK_FALSE(twice.is_websocket_upgrade);
}

TEST_CASE("request targets are split into path and query as sent") {
  const auto split = [](std::string_view target) {
    http_request request;
    assign_target(request, target);
    return request.path + " " + request.query;
  };
  CHECK(split("/a%20b?c=d?e") == "/a%20b c=d?e");
  CHECK(split("/") == "/ ");
  CHECK(split("/?") == "/ ");
  CHECK(split("*") == "* ");
  CHECK(split("http://host:80/a?b") == "/a b");
  CHECK(split("HTTPS://host") == "/ ");
  CHECK(split("http://host?b") == "/ b");
}

TEST_CASE("response bytes have the length and the connection, and no injected lines") {
  http_response response;
  response.fields.add("Content-Type", "text/plain\r\nX-Evil: 1");
  response.fields.add("Content-Length", "99");
  response.fields.add("Connection", "upgrade");
  response.body = "hello";
  CHECK(to_bytes(response) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plainX-Evil: 1\r\nContent-Length: 5\r\n"
        "Connection: keep-alive\r\n\r\nhello");
  response.fields = {};
  response.close = true;
  CHECK(to_bytes(response, true) ==
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n");
  response.status = 204;
  CHECK(to_bytes(response) == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  response.status = 304;
  CHECK(to_bytes(response) == "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
}
