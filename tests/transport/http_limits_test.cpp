#include <tests/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include <tests/transport/http_fixture.hpp>

using namespace troupe::transport;
using namespace std::chrono_literals;
using namespace troupe::transport::testing;
using fixture = http_fixture;

TEST_CASE("http connection refuses ambiguous and malformed framing") {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  const std::string bad_request = refusal("400 Bad Request");
  for (const std::string fields :
       {"Transfer-Encoding: gzip\r\n", "Transfer-Encoding: chunked, gzip\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: -1\r\n",
        "Content-Length: +3\r\n", "Content-Length: 0x3\r\n", "Content-Length: 3,4\r\n",
        "Content-Length: \r\n", "Content-Length: 99999999999999999999999\r\n",
        "Content-Length : 3\r\n", "Host: other\r\n",
        "X: a\x01"
        "b\r\n",
        "X\r\n", ": x\r\n", "X Y: z\r\n"}) {
    INFO(fields);
    CHECK(refused(head + fields + "\r\nabc") == bad_request);
  }
  CHECK(refused("GET / HTTP/1.1\r\n\r\n") == bad_request);
  CHECK(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == bad_request);
  CHECK(refused("GET / HTTP/2.0\r\nHost: h\r\n\r\n") == bad_request);
  CHECK(refused("GET  HTTP/1.1\r\nHost: h\r\n\r\n") == bad_request);
  CHECK(refused("\x16\x03\x01\x02 TLS\r\n\r\n") == bad_request);
  for (const std::string body : {"x\r\n", "3\r\nabcd\r\n", "fffffffffffffffff\r\n", "-1\r\n"})
    CHECK(refused("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body +
                  std::string(10, ' ')) != "");
}

TEST_CASE("http connection bounds the header, the fields and chunk headers") {
  const std::string too_large = refusal("431 Request Header Fields Too Large");
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\n";
  CHECK(refused(head + "X: " + std::string(1000, 'x') + "\r\n\r\n") == too_large);
  CHECK(refused("GET /" + std::string(1000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n") == too_large);
  std::string fields;
  for (int i = 0; i < 10; ++i) fields += "X: x\r\n";
  CHECK(refused(head + fields + "\r\n") == too_large);
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "\r\n";
  CHECK(refused(many) == too_large);
  const std::string body = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(refused(body + "1;" + std::string(2000, 'x')) == too_large);
  CHECK(refused(body + "0\r\nX: " + std::string(2000, 'x')) == too_large);

  fixture f;
  f.start();
  f.receive(head + "X: " + std::string(1000 - head.size() - 7, 'x') + "\r\n\r\n");
  CHECK(f.requests.size() == 1);
}

TEST_CASE("http connection takes a body up to the bound and refuses one over it with 413") {
  const std::string too_large = refusal("413 Payload Too Large");
  const auto with_length = [](std::size_t size) {
    return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
  };
  fixture f;
  f.start();
  f.receive(with_length(10'000) + std::string(10'000, 'x'));
  REQUIRE(f.requests.size() == 1);
  CHECK(f.requests[0].body.size() == 10'000);
  CHECK(refused(with_length(10'001)) == too_large);

  std::string body = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 10; ++i) body += "3e8\r\n" + std::string(1000, 'x') + "\r\n";
  fixture g;
  g.start();
  g.receive(body + "0\r\n\r\n");
  CHECK(g.requests.size() == 1);
  CHECK(refused(body + "1\r\nx\r\n") == too_large);
}

TEST_CASE("http connection shows its host the request whose body it refuses") {
  const std::string head = "POST /p HTTP/1.1\r\nHost: h\r\n";
  const std::string shown = "\r\nX-Begun: POST/p\r\n";
  for (const std::string rest :
       {"Content-Length: 10001\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nzz\r\nzzzzz"}) {
    fixture f;
    f.tells_begun = true;
    f.start();
    f.receive(head + rest);
    CHECK(f.refused.size() == 1);
    CHECK(f.peer->written.find(shown) != std::string::npos);
  }
  for (const std::string rest : {"Host: h\r\n\r\n", "no field\r\n\r\n"}) {
    fixture f;
    f.tells_begun = true;
    f.start();
    f.receive(head + rest);
    CHECK(f.refused.size() == 1);
    CHECK(f.peer->written.find("X-Begun") == std::string::npos);
  }
}

TEST_CASE("http connection reads on behind a refusal, for a bounded time and amount") {
  fixture f;
  f.options.linger_bytes_max = 50'000;
  f.start();
  f.receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999\r\n\r\n" +
            std::string(40'000, 'x'));
  CHECK(f.peer->incoming.empty());
  CHECK(f.closed == 0);
  f.receive(std::string(20'000, 'x'));
  CHECK(f.closed == 1);

  fixture g;
  g.start();
  g.receive("bad\r\n\r\n");
  g.advance(1999ms);
  CHECK(g.closed == 0);
  g.advance(1ms);
  CHECK(g.closed == 1);
}

TEST_CASE("http connection closes a client that does not send its first header in time") {
  fixture f;
  f.start();
  f.advance(5s);
  f.receive("GET / HT");
  f.advance(4999ms);
  CHECK(f.closed == 0);
  f.advance(1ms);
  CHECK(f.closed == 1);
  CHECK(f.peer->written.empty());
}

TEST_CASE("http connection closes an idle client, and one that is slow with a later header") {
  fixture f;
  f.start();
  f.receive(get);
  CHECK(f.connection->deadline() == f.clock + 65s);
  f.advance(64s);
  f.receive("GET");
  CHECK(f.connection->deadline() == f.clock + 10s);
  f.advance(10s);
  CHECK(f.closed == 1);

  fixture g;
  g.start();
  g.receive(get);
  g.advance(65s);
  CHECK(g.closed == 1);
}

TEST_CASE("http connection wants a response read at a least rate in all") {
  fixture f;
  f.start();
  f.answer = [&] { f.respond(std::string(10 * 1024, 'x')); };
  f.peer->write_room = 0;
  f.receive(get);
  f.peer->write_room = 1;
  f.run();
  f.advance(29s);
  CHECK(f.closed == 0);
  f.peer->write_room = 1;
  f.run();
  f.advance(10'999ms);
  CHECK(f.closed == 0);
  f.advance(1ms);
  CHECK(f.closed == 1);
  CHECK(f.peer->is_reset);
}

TEST_CASE("http connection answers 408 to a body that does not come in time") {
  fixture f;
  f.start();
  f.receive(post.substr(0, post.size() - 1));
  f.advance(29'999ms);
  CHECK(f.peer->written.empty());
  f.advance(1ms);
  CHECK(f.peer->written == refusal("408 Request Timeout"));
  CHECK(f.refused == std::vector{408U});
  f.end();
  CHECK(f.closed == 1);
}

TEST_CASE("http connection resets a client that does not take its response") {
  fixture f;
  f.peer->write_room = 3;
  f.start();
  f.receive(get);
  CHECK(f.connection->is_busy());
  f.advance(30s);
  CHECK(f.closed == 1);
  CHECK(f.peer->is_reset);
}

TEST_CASE("http connection survives an error at each of its reads and writes") {
  for (std::size_t nth = 0; nth < 200; ++nth) {
    fixture f;
    f.peer->fail_at = nth;
    f.peer->read_bytes_max = 30;
    f.peer->write_bytes_max = 20;
    f.start();
    f.receive(get + post + "GET / HTTP/1.0\r\n\r\n");
    f.end();
    f.advance();
    CHECK(f.closed == 1);
    CHECK(f.peer->is_closed);
    if (f.peer->operations <= nth) return;  // All of it went before the error would have come.
  }
  FAIL("the conversation takes more operations than expected");
}
