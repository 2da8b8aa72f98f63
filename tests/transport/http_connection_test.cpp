#include <tests/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include <tests/transport/http_fixture.hpp>

using namespace troupe::transport;
using namespace std::chrono_literals;
using namespace troupe::transport::testing;
using fixture = http_fixture;

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
  CHECK_FALSE(g.failed.failed());
  g.peer->read_error = boost::asio::error::connection_reset;
  g.run();
  CHECK(g.closed == 1);
  CHECK(g.failed == boost::asio::error::connection_reset);
  CHECK_FALSE(f.failed.failed());
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

TEST_CASE("http connection gives responses their date, refusals too, but for those that have one") {
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const std::string line = "\r\nDate: " + date + "\r\n";
  fixture f;
  f.date_text = date;
  f.start();
  f.receive(get);
  CHECK(f.peer->written.find(line) != std::string::npos);
  f.peer->written.clear();
  f.answer = [&f] {
    http_response response;
    response.fields.add("date", "yesterday");
    f.connection->respond(response);
  };
  f.receive(get);
  CHECK(f.peer->written.find("\r\ndate: yesterday\r\n") != std::string::npos);
  CHECK(f.peer->written.find(line) == std::string::npos);
  f.peer->written.clear();
  f.receive("no request\r\n\r\n");
  CHECK(f.peer->written.starts_with("HTTP/1.1 400 "));
  CHECK(f.peer->written.find(line) != std::string::npos);
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
