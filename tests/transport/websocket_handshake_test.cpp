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

TEST_CASE("websocket handshake neither echoes subprotocols nor offers extensions") {
  http_request request = upgrade();
  request.fields.add("Sec-WebSocket-Protocol", "chat");
  request.fields.add("Sec-WebSocket-Extensions", "permessage-deflate");
  const auto accepted = websocket_accept(request, {});
  REQUIRE(accepted.has_value());
  CHECK(accepted->find("WebSocket-Protocol") == std::string::npos);
  CHECK(accepted->find("WebSocket-Extensions") == std::string::npos);
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
