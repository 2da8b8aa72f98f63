#include <tests/catch.hpp>

#include <functional>
#include <string>
#include <vector>

#include <tests/transport/memory_stream.hpp>
#include <troupe/transport/http_connection.hpp>

using namespace troupe::transport;
using namespace std::chrono_literals;
using testing::memory_stream;
using testing::wire;

namespace {

struct fixture final : http_connection::host {
  http_options options;
  std::shared_ptr<wire> peer = std::make_shared<wire>();
  std::vector<char> scratch = std::vector<char>(4096);
  time_point clock{1h};
  std::vector<http_request> requests;
  std::function<void()> answer = [this] { respond("ok"); };
  int closed = 0;
  std::unique_ptr<http_connection> connection;

  explicit fixture(std::string unread = {}) {
    options.header_bytes_max = 1000;
    options.body_bytes_max = 10'000;
    options.fields_max = 10;
    connection = std::make_unique<http_connection>(std::make_unique<memory_stream>(peer), options,
                                                   scratch, *this, std::move(unread));
  }

  time_point now() const override { return clock; }
  void on_request(http_request request) override {
    requests.push_back(std::move(request));
    answer();
  }
  void on_closed() override {
    ++closed;
    connection.reset();
  }
  void on_deadline_changed() override {}

  void respond(std::string body, bool close = false) {
    http_response response;
    response.body = std::move(body);
    response.close = close;
    connection->respond(response);
  }
  void run() { REQUIRE(peer->run()); }
  void receive(std::string_view bytes) {
    peer->incoming += bytes;
    run();
  }
  void start() {
    connection->start();
    run();
  }
  void advance(std::chrono::milliseconds by = 0ms) {
    clock += by;
    if (connection && connection->deadline() <= clock) connection->advance(clock);
    run();
  }
  void end() {
    peer->incoming_end = true;
    run();
  }
};

std::string ok(std::string_view body = "ok", bool close = false) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: " + (close ? "close" : "keep-alive") + "\r\n\r\n" + std::string(body);
}

std::string refusal(const std::string& status) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

const std::string get = "GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Y: z\r\n\r\n";
const std::string post = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
const std::string chunked =
    "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3;ext=\"1\"\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n";

// What the connection answers to `bytes`, which the host never sees.
std::string refused(const std::string& bytes) {
  std::string answer;
  for (const std::size_t step : {bytes.size(), std::size_t{1}}) {
    fixture f;
    f.peer->read_bytes_max = step;
    f.start();
    f.receive(bytes);
    CHECK(f.requests.empty());
    CHECK(f.peer->is_shut);
    CHECK(f.closed == 0);
    CHECK((answer.empty() || answer == f.peer->written));
    answer = f.peer->written;
    f.end();
    CHECK(f.closed == 1);
  }
  return answer;
}

}  // namespace

TEST_CASE("http connection hands on requests and answers them, however they are cut") {
  const std::string bytes = get + post + chunked + "\r\n" + get;
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    fixture f;
    f.peer->read_bytes_max = step;
    f.peer->write_bytes_max = step;
    f.start();
    f.receive(bytes);
    REQUIRE(f.requests.size() == 4);
    CHECK(f.requests[0].method == "GET");
    CHECK(f.requests[0].path == "/a");
    CHECK(f.requests[0].query == "b=c");
    CHECK(f.requests[0].fields.find("x-y") == "z");
    CHECK(f.requests[1].method == "POST");
    CHECK(f.requests[1].body == "hello");
    CHECK(f.requests[2].body == "abcde");
    CHECK_FALSE(f.requests[2].fields.has("Trailer"));
    CHECK(f.peer->written == ok() + ok() + ok() + ok());
    CHECK(f.closed == 0);
  }
}

TEST_CASE("http connection starts with the bytes that were read before") {
  fixture f(get);
  f.start();
  CHECK(f.requests.size() == 1);
  CHECK(f.peer->written == ok());
}

TEST_CASE("http connection answers later and hands on the pipelined request from the loop") {
  fixture f;
  f.answer = [] {};
  f.start();
  f.receive(get + post);
  CHECK(f.requests.size() == 1);
  CHECK(f.connection->is_busy());
  CHECK(f.connection->deadline() == time_point::max());
  f.respond("1");
  CHECK(f.requests.size() == 1);
  f.run();
  CHECK(f.requests.size() == 2);
  f.respond("2");
  f.run();
  CHECK_FALSE(f.connection->is_busy());
  f.respond("nobody asked");
  CHECK(f.peer->written == ok("1") + ok("2"));
}

TEST_CASE("http connection reads a bounded amount while a request waits, and the rest afterwards") {
  fixture f;
  f.answer = [] {};
  f.start();
  f.receive(get);
  std::string many;
  for (int i = 0; i < 200; ++i) many += get;
  f.receive(many);
  CHECK(f.peer->incoming.size() == many.size() - f.options.header_bytes_max);
  CHECK_FALSE(f.peer->is_read_armed);
  f.answer = [&f] { f.respond("ok"); };
  f.respond("ok");
  f.run();
  CHECK(f.requests.size() == 201);
}

TEST_CASE("http connection notices that the client left while its request waits") {
  fixture f;
  f.answer = [] {};
  f.start();
  f.receive(get);
  f.end();
  CHECK(f.closed == 1);

  fixture g;
  g.answer = [] {};
  g.start();
  g.receive(get);
  g.peer->read_error = boost::asio::error::connection_reset;
  g.run();
  CHECK(g.closed == 1);
}

TEST_CASE("http connection finishes a response though the client has shut down its sending side") {
  fixture f;
  f.peer->write_room = 10;
  f.start();
  f.receive(get);
  f.end();
  CHECK(f.closed == 0);
  f.peer->write_room = wire::unbounded;
  f.run();
  CHECK(f.peer->written == ok());
  CHECK(f.closed == 1);
}

TEST_CASE("http connection gives HEAD no body, and unknown methods to the host") {
  fixture f;
  f.start();
  f.receive("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nBREW / HTTP/1.1\r\nHost: h\r\n\r\n");
  REQUIRE(f.requests.size() == 2);
  CHECK(f.requests[1].method == "BREW");
  CHECK(f.peer->written ==
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n" + ok());
}

TEST_CASE("http connection ends after a response that closes, when the client has ended") {
  const std::vector<std::string> last{"GET / HTTP/1.0\r\n\r\n",
                                      "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"};
  for (const auto& request : last) {
    fixture f;
    f.start();
    f.receive(request + get);
    CHECK(f.requests.size() == 1);
    CHECK(f.peer->written == ok("ok", true));
    CHECK(f.peer->is_shut);
    CHECK(f.closed == 0);
    f.end();
    CHECK(f.closed == 1);
  }
  fixture f;
  f.answer = [&f] { f.respond("bye", true); };
  f.start();
  f.receive(get + get);
  CHECK(f.requests.size() == 1);
  CHECK(f.peer->written == ok("bye", true));
}

TEST_CASE("http connection keeps an HTTP/1.0 connection only where the client asks") {
  fixture f;
  f.start();
  f.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get);
  CHECK(f.peer->written == ok() + ok());
}

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

TEST_CASE("http connection answers Expect: 100-continue when the body is awaited") {
  const std::string head =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  fixture f;
  f.peer->write_bytes_max = 3;
  f.start();
  f.receive(head);
  CHECK(f.peer->take_written() == "HTTP/1.1 100 Continue\r\n\r\n");
  f.receive("ab");
  CHECK(f.peer->take_written() == ok());

  fixture g;
  g.start();
  g.receive(head + "ab");
  CHECK(g.peer->written == ok());

  // Not taken yet when the response follows: both come, in order.
  fixture h;
  h.peer->write_room = 5;
  h.start();
  h.receive(head);
  h.receive("ab");
  h.peer->write_room = wire::unbounded;
  h.run();
  CHECK(h.peer->written == "HTTP/1.1 100 Continue\r\n\r\n" + ok());
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

TEST_CASE("http connection answers 408 to a body that does not come in time") {
  fixture f;
  f.start();
  f.receive(post.substr(0, post.size() - 1));
  f.advance(29'999ms);
  CHECK(f.peer->written.empty());
  f.advance(1ms);
  CHECK(f.peer->written == refusal("408 Request Timeout"));
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

TEST_CASE("http connection tells of a failed response later, not within the call") {
  fixture f;
  f.answer = [] {};
  f.start();
  f.receive(get);
  f.peer->write_error = boost::asio::error::broken_pipe;
  f.respond("lost");
  CHECK(f.closed == 0);
  CHECK(f.connection->deadline() <= f.clock);
  f.advance();
  CHECK(f.closed == 1);
}

TEST_CASE("http connection gives the stream away with what was read behind the request") {
  fixture f;
  std::pair<std::unique_ptr<stream>, std::string> given;
  f.answer = [&] { given = f.connection->release(); };
  f.start();
  f.receive(get + "\x81 frames follow");
  CHECK(f.requests.size() == 1);
  CHECK(given.second == "\x81 frames follow");
  REQUIRE(given.first);
  CHECK_FALSE(f.peer->is_closed);
  CHECK(f.connection->deadline() == time_point::max());
  f.connection.reset();
  CHECK_FALSE(f.peer->is_closed);
  CHECK(f.closed == 0);
}

TEST_CASE("http connection gives the stream away later, too") {
  fixture f;
  f.answer = [] {};
  f.start();
  f.receive(get + "abc");
  f.receive("def");
  CHECK(f.connection->release().second == "abcdef");
}

TEST_CASE("http connection may be closed within on_request and says no more") {
  fixture f;
  f.answer = [&] { f.connection->close(); };
  f.start();
  f.receive(get + get);
  CHECK(f.requests.size() == 1);
  CHECK(f.peer->is_closed);
  CHECK(f.closed == 0);
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
