#pragma once

#include <tests/catch.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tests/transport/memory_stream.hpp>
#include <troupe/transport/http_connection.hpp>

namespace troupe::transport::testing {

/// A connection over memory, the host it calls, and a clock of its own.
struct http_fixture final : http_connection::host {
  http_options options;
  std::shared_ptr<wire> peer = std::make_shared<wire>();
  std::vector<char> scratch = std::vector<char>(4096);
  time_point clock{std::chrono::hours(1)};
  std::vector<http_request> requests;
  std::function<void()> answer = [this] { respond("ok"); };
  std::vector<unsigned> refused;
  std::string date_text;
  bool tells_begun = false;  // What is refused.
  boost::system::error_code failed;
  int closed = 0;
  std::unique_ptr<http_connection> connection;

  explicit http_fixture(std::string unread = {}) {
    options.header_bytes_max = 1000;
    options.body_bytes_max = 10'000;
    options.fields_max = 10;
    connection = std::make_unique<http_connection>(std::make_unique<memory_stream>(peer), options,
                                                   scratch, *this, std::move(unread));
  }

  time_point now() const override { return clock; }
  std::string_view date() override { return date_text; }
  void on_request(http_request request) override {
    requests.push_back(std::move(request));
    answer();
  }
  header_fields on_refused(unsigned status, const http_request* begun) override {
    refused.push_back(status);
    header_fields fields;
    if (begun != nullptr && tells_begun) fields.add("X-Begun", begun->method + begun->path);
    return fields;
  }
  void on_read_failed(const boost::system::error_code& error) override { failed = error; }
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
  void advance(std::chrono::milliseconds by = {}) {
    clock += by;
    if (connection && connection->deadline() <= clock) connection->advance(clock);
    run();
  }
  void end() {
    peer->incoming_end = true;
    run();
  }
};

/// The response to fixture.respond().
inline std::string ok(std::string_view body = "ok", bool close = false) {
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return "HTTP/1.1 200 OK\r\n" +
         (close ? "Connection: close\r\n" + length : length + "Connection: keep-alive\r\n") +
         "\r\n" + std::string(body);
}

inline std::string refusal(const std::string& status) {
  return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
}

inline const std::string get = "GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-Y: z\r\n\r\n";
inline const std::string post = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
inline const std::string chunked =
    "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3;ext=\"1\"\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n";

/// What the connection answers to `bytes`, which the host never sees.
inline std::string refused(const std::string& bytes) {
  std::string answer;
  for (const std::size_t step : {bytes.size(), std::size_t{1}}) {
    http_fixture f;
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

}  // namespace troupe::transport::testing
