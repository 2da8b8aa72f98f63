#include <tests/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include <tests/transport/websocket_fixture.hpp>

using namespace troupe::transport;
using testing::client_frame;
using testing::close_payload;
using testing::server_frame;
using testing::wire;
using namespace std::chrono_literals;
using fixture = testing::websocket_fixture;
using verdict = outbox::verdict;
using strings = std::vector<std::string>;

TEST_CASE("websocket connection closes when the host asks and the peer answers") {
  fixture f;
  f.start();
  f.peer->write_room = 4;
  f.connection->write_text("last words");
  f.connection->close(1001);
  f.connection->close(1000);
  CHECK(f.connection->write_text("too late") == verdict::failed);
  CHECK_FALSE(f.connection->is_writable());
  f.peer->write_room = wire::unbounded;
  f.run();
  CHECK(f.peer->written == server_frame(testing::text, "last words") +
                               server_frame(testing::closing, close_payload(1001)));
  f.receive(client_frame(testing::text, "not handed on") +
            client_frame(testing::ping, "nor answered"));
  CHECK(f.messages.empty());
  CHECK(f.closed == 0);
  f.receive(client_frame(testing::closing, close_payload(1001)));
  CHECK(f.closed == 1);
  CHECK_FALSE(f.closed_with_error);
  CHECK(f.peer->is_closed);
  CHECK_FALSE(f.peer->is_reset);
}

TEST_CASE("websocket connection sends an empty Close frame without a code") {
  fixture f;
  f.start();
  f.connection->close();
  CHECK(f.peer->written == server_frame(testing::closing, ""));
  f.peer->incoming_end = true;
  f.run();
  CHECK(f.closed == 1);
  CHECK_FALSE(f.closed_with_error);
}

TEST_CASE("websocket connection resets a peer that does not answer its Close in time") {
  fixture f;
  f.start();
  f.connection->close(1000);
  f.advance(4999ms);
  CHECK(f.closed == 0);
  f.advance(1ms);
  CHECK(f.closed == 1);
  CHECK(f.closed_with_error);
  CHECK(f.peer->is_reset);
}

TEST_CASE("websocket connection waits with its Close for a peer that reads slowly") {
  fixture f;
  f.start();
  f.peer->write_room = 0;
  const std::string last(100, 'x');
  f.connection->write_text(last);
  f.connection->close(1000);
  for (int i = 0; i < 6; ++i) {
    f.peer->write_room = 1;
    f.run();
    f.advance(4900ms);
    CHECK(f.closed == 0);
  }
  f.peer->write_room = wire::unbounded;
  f.run();
  CHECK(f.peer->written ==
        server_frame(testing::text, last) + server_frame(testing::closing, close_payload(1000)));
  f.advance(4900ms);
  f.receive(client_frame(testing::closing, close_payload(1000)));
  CHECK(f.closed == 1);
  CHECK_FALSE(f.closed_with_error);
  CHECK(f.refused.empty());
}

TEST_CASE("websocket connection gives a peer that it closes a limited time in all") {
  for (const bool reads : {true, false}) {
    fixture f;
    f.start();
    f.peer->write_room = 0;
    f.connection->write_text(std::string(100, 'x'));
    f.connection->close(1000);
    for (auto waited = 0ms; waited < (reads ? 30'000ms : 5'000ms); waited += 1000ms) {
      CHECK(f.closed == 0);
      f.peer->write_room = reads ? 1 : 0;
      f.run();
      f.advance(1000ms);
    }
    CHECK(f.closed == 1);
    CHECK(f.closed_with_error);
    CHECK(f.peer->is_reset);
  }
}

TEST_CASE("websocket connection ends in order for a peer that closes and does not read") {
  fixture f;
  f.start();
  f.peer->write_room = 0;
  f.receive(client_frame(testing::closing, ""));
  f.advance(5000ms);
  CHECK(f.closed == 1);
  CHECK_FALSE(f.closed_with_error);
  CHECK(f.peer->is_reset);
}

TEST_CASE("websocket connection sees the peer's Close though reading is paused") {
  fixture f;
  f.on_text = [&](std::string_view) { f.connection->pause_reading(); };
  f.start();
  f.receive(client_frame(testing::text, "x") + client_frame(testing::text, "y") +
            client_frame(testing::closing, ""));
  CHECK(f.closed == 0);
  f.connection->close();
  CHECK(f.closed == 0);
  f.advance();
  CHECK(f.closed == 1);
  CHECK_FALSE(f.closed_with_error);
  CHECK(f.messages == strings{"t:x"});
}

TEST_CASE("websocket connection echoes the peer's Close and ends") {
  for (const std::string& payload :
       {std::string(), close_payload(1000), close_payload(4321, "bye")}) {
    fixture f;
    f.start();
    f.receive(client_frame(testing::text, "a") + client_frame(testing::closing, payload) +
              client_frame(testing::text, "b"));
    CHECK(f.messages == strings{"t:a"});
    CHECK(f.peer->written == server_frame(testing::closing, payload.substr(0, 2)));
    CHECK(f.closed == 1);
    CHECK_FALSE(f.closed_with_error);
  }
}

TEST_CASE("websocket connection completes the frame it has begun before it echoes a Close") {
  fixture f;
  f.start();
  f.peer->write_room = 5;
  f.connection->write_text("begun");
  f.connection->write_text("dropped");
  f.receive(client_frame(testing::closing, close_payload(1000)));
  CHECK(f.closed == 0);
  f.peer->write_room = wire::unbounded;
  f.run();
  CHECK(f.peer->written ==
        server_frame(testing::text, "begun") + server_frame(testing::closing, close_payload(1000)));
  CHECK(f.closed == 1);
  CHECK_FALSE(f.closed_with_error);
}

TEST_CASE("websocket connection ends in order when both Close frames cross") {
  fixture f;
  f.start();
  f.peer->write_room = 0;
  f.connection->close(1000);
  f.receive(client_frame(testing::closing, close_payload(1000)));
  CHECK(f.closed == 0);
  f.peer->write_room = wire::unbounded;
  f.run();
  CHECK(f.peer->written == server_frame(testing::closing, close_payload(1000)));
  CHECK(f.closed == 1);
  CHECK_FALSE(f.closed_with_error);
}

TEST_CASE("websocket connection closes with the code of the rule that was broken") {
  const std::vector<std::pair<std::string, std::uint16_t>> cases{
      {client_frame(3, "x"), 1002},
      {client_frame(testing::text, "\xFF"), 1007},
      {client_frame(testing::binary, std::string(101, 'x')), 1009},
      {client_frame(testing::text, "", false) + client_frame(testing::more, "", false) +
           client_frame(testing::more, "", false),
       1008},
      {client_frame(testing::closing, "x"), 1002}};
  for (const auto& [bytes, code] : cases) {
    websocket_options bounds;
    bounds.message_bytes_max = 100;
    bounds.fragments_max = 2;
    fixture f({}, bounds);
    f.start();
    f.receive(bytes + client_frame(testing::text, "dropped"));
    CHECK(f.refused == std::vector{code});
    CHECK(f.peer->written == server_frame(testing::closing, close_payload(code)));
    CHECK(f.messages.empty());
    // Not closed yet: the peer shall see the frame, not a reset.
    CHECK(f.peer->is_shut);
    CHECK(f.closed == 0);
    f.receive(std::string(20'000, '!'));
    CHECK(f.closed == 0);
    f.peer->incoming_end = true;
    f.run();
    CHECK(f.closed == 1);
    CHECK(f.closed_with_error);
  }
}

TEST_CASE("websocket connection gives a peer that broke the rules a limited time to end") {
  fixture f;
  f.start();
  f.receive(client_frame(3, "x"));
  f.advance(5000ms);
  CHECK(f.closed == 1);
  CHECK(f.closed_with_error);
  CHECK(f.peer->is_reset);
}

TEST_CASE("websocket connection ends at once when the peer breaks the rules behind our Close") {
  fixture f;
  f.start();
  f.connection->close();
  f.receive(client_frame(3, "x"));
  CHECK(f.peer->written == server_frame(testing::closing, ""));
  CHECK(f.closed == 1);
  CHECK(f.closed_with_error);
}

TEST_CASE("websocket connection tells an end without a Close frame from an error") {
  fixture f;
  f.start();
  f.peer->incoming_end = true;
  f.run();
  CHECK(f.closed == 1);
  CHECK_FALSE(f.closed_with_error);

  fixture g;
  g.start();
  g.peer->read_error = boost::asio::error::connection_reset;
  g.run();
  CHECK(g.closed == 1);
  CHECK(g.closed_with_error);
}

TEST_CASE("websocket connection may be reset within on_message and says no more") {
  fixture f;
  f.on_text = [&](std::string_view) { f.connection->reset(); };
  f.start();
  f.receive(client_frame(testing::text, "a") + client_frame(testing::text, "b"));
  CHECK(f.messages == strings{"t:a"});
  CHECK(f.peer->is_reset);
  CHECK(f.closed == 0);
  CHECK(f.connection->deadline() == time_point::max());
  f.connection->close();
  f.connection->resume_reading();
  CHECK(f.connection->write_text("x") == verdict::failed);
}

TEST_CASE("websocket connection may be closed and written to within on_message") {
  fixture f;
  f.on_text = [&](std::string_view) {
    f.connection->write_text("answer");
    f.connection->close(1000);
  };
  f.start();
  f.receive(client_frame(testing::text, "a") + client_frame(testing::text, "b") +
            client_frame(testing::closing, close_payload(1000)));
  CHECK(f.messages == strings{"t:a"});
  CHECK(f.peer->written == server_frame(testing::text, "answer") +
                               server_frame(testing::closing, close_payload(1000)));
  CHECK(f.closed == 1);
  CHECK_FALSE(f.closed_with_error);
}

TEST_CASE("websocket connection survives an error at each of its reads and writes") {
  for (std::size_t nth = 0; nth < 60; ++nth) {
    fixture f;
    f.on_text = [&](std::string_view text) { f.connection->write_text(text); };
    f.peer->fail_at = nth;
    f.peer->read_bytes_max = 5;
    f.peer->write_bytes_max = 3;
    f.start();
    f.receive(client_frame(testing::text, "abc") + client_frame(testing::ping, "p") +
              client_frame(testing::text, "defghi") +
              client_frame(testing::closing, close_payload(1000)));
    f.advance();
    CHECK(f.closed == 1);
    CHECK(f.peer->is_closed);
    if (!f.closed_with_error) return;  // All of it went before the error would have come.
  }
  FAIL("the conversation takes more operations than expected");
}
