#include <tests/catch.hpp>

#include <troupe/transport/http_connection.hpp>

using namespace troupe::transport;

namespace {

http_request upgrade() {
  http_request request;
  request.method = "GET";
  request.path = "/socket";
  request.fields.add("Host", "example.com");
  request.fields.add("Connection", "keep-alive, Upgrade");
  request.fields.add("Upgrade", "websocket");
  request.fields.add("Sec-WebSocket-Version", "13");
  request.fields.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  return request;
}

}  // namespace

TEST_CASE("websocket handshake answers the example of RFC 6455") {
  const auto accepted = websocket_accept(upgrade(), {});
  REQUIRE(accepted.has_value());
  CHECK(*accepted ==
        "HTTP/1.1 101 Switching Protocols\r\n"
        "Upgrade: websocket\r\n"
        "Connection: upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        "\r\n");
}

TEST_CASE("websocket handshake adds fields, without what could end the header") {
  header_fields extra;
  extra.add("Set-Cookie", "io=1\r\nX-Evil: 1");
  extra.add("Server", "mine");
  const auto accepted = websocket_accept(upgrade(), extra);
  REQUIRE(accepted.has_value());
  CHECK(accepted->find("Set-Cookie: io=1X-Evil: 1\r\n") != std::string::npos);
  CHECK(accepted->find("Server: mine\r\n") != std::string::npos);
}

TEST_CASE("websocket handshake offers no extensions") {
  http_request request = upgrade();
  request.fields.add("Sec-WebSocket-Extensions", "permessage-deflate");
  const auto accepted = websocket_accept(request, {});
  REQUIRE(accepted.has_value());
  CHECK(accepted->find("WebSocket-Extensions") == std::string::npos);
}

TEST_CASE("websocket handshake chooses the first subprotocol that is asked for") {
  const auto chosen = [](const std::vector<std::string>& asked, const header_fields& extra = {}) {
    http_request request = upgrade();
    for (const auto& list : asked) request.fields.add("sec-websocket-protocol", list);
    const std::string accepted = websocket_accept(request, extra).value();
    const std::string name = "\r\nSec-WebSocket-Protocol: ";
    const auto at = accepted.find(name);
    if (at == accepted.npos) return std::string("none");
    CHECK(accepted.find(name, at + 1) == accepted.npos);
    return accepted.substr(at + name.size(), accepted.find("\r\n", at + 2) - at - name.size());
  };
  CHECK(chosen({}) == "none");
  CHECK(chosen({"chat"}) == "chat");
  CHECK(chosen({" my-token_1.~ , chat"}) == "my-token_1.~");
  CHECK(chosen({"a", "b,c"}) == "a");
  for (const auto* list : {"", ",", "a,", "a,,b", "a b", "a;b", "\"a\"", "a,b\xc3", "a@b"})
    CHECK(chosen({list}) == "none");
  CHECK(chosen({"a", "b c"}) == "none");
  header_fields extra;
  extra.add("Sec-WebSocket-Protocol", "mine");
  CHECK(chosen({"a"}, extra) == "mine");
}

TEST_CASE("websocket handshake finds its tokens in repeated fields") {
  http_request request;
  request.method = "GET";
  request.path = "/";
  request.fields.add("Host", "h");
  request.fields.add("Connection", "keep-alive, ");
  request.fields.add("Connection", "Upgrade");
  request.fields.add("Upgrade", "h2c,, websocket");
  request.fields.add("Sec-WebSocket-Version", "13");
  request.fields.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  CHECK(websocket_accept(request, {}).has_value());
}

TEST_CASE("websocket handshake fails without a key") {
  http_request request;
  request.method = "GET";
  CHECK(websocket_accept(request, {}).has_error());
}
