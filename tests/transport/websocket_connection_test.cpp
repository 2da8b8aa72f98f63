#include <tests/catch.hpp>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include <tests/transport/client_frames.hpp>
#include <tests/transport/memory_stream.hpp>
#include <troupe/transport/websocket_connection.hpp>

using namespace troupe::transport;
using namespace std::chrono_literals;
using testing::client_frame;
using testing::close_payload;
using testing::memory_stream;
using testing::server_frame;
using testing::wire;
using verdict = outbox::verdict;

namespace {

struct fixture final : websocket_connection::host {
  websocket_options options;
  std::shared_ptr<wire> peer = std::make_shared<wire>();
  std::vector<char> scratch = std::vector<char>(4096);
  time_point clock{1h};
  std::vector<std::string> messages;
  std::function<void(std::string_view)> on_text = [](std::string_view) {};
  int drained = 0, closed = 0;
  bool closed_with_error = false;
  std::unique_ptr<websocket_connection> connection;

  explicit fixture(std::string unread = {}, websocket_options bounds = {}) : options(bounds) {
    connection = std::make_unique<websocket_connection>(std::make_unique<memory_stream>(peer),
                                                        options, scratch, *this, std::move(unread));
  }

  time_point now() const override { return clock; }
  void on_message(std::string_view data, bool is_binary) override {
    messages.push_back((is_binary ? "b:" : "t:") + std::string(data));
    on_text(data);
  }
  void on_closed(bool error) override {
    ++closed;
    closed_with_error = error;
    connection.reset();
  }
  void on_drained() override { ++drained; }
  void on_deadline_changed() override {}

  void start() {
    connection->start();
    run();
  }
  void run() { REQUIRE(peer->run()); }
  void receive(std::string_view bytes) {
    peer->incoming += bytes;
    run();
  }
  // What the host's timer would do.
  void advance(std::chrono::milliseconds by = 0ms) {
    clock += by;
    if (connection && connection->deadline() <= clock) connection->advance(clock);
    run();
  }
  verdict write(std::string_view bytes) {
    const boost::asio::const_buffer piece{bytes.data(), bytes.size()};
    return connection->write({&piece, 1}, {});
  }
};

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("websocket connection hands on messages, however they are cut") {
  const std::string bytes = client_frame(testing::text, "one") +
                            client_frame(testing::binary, std::string(300, 'x')) +
                            client_frame(testing::text, "fr", false) +
                            client_frame(testing::more, "ag") + client_frame(testing::text, "");
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    fixture f;
    f.peer->read_bytes_max = step;
    f.start();
    f.receive(bytes);
    CHECK(f.messages == strings{"t:one", "b:" + std::string(300, 'x'), "t:frag", "t:"});
    CHECK(f.peer->written.empty());
    CHECK(f.closed == 0);
  }
}

TEST_CASE("websocket connection parses what came behind the handshake") {
  fixture f(client_frame(testing::text, "early") +
            client_frame(testing::text, "late").substr(0, 4));
  f.start();
  CHECK(f.messages == strings{"t:early"});
  f.receive(client_frame(testing::text, "late").substr(4));
  CHECK(f.messages == strings{"t:early", "t:late"});
}

TEST_CASE("websocket connection takes messages longer than the read buffer") {
  fixture f;
  f.start();
  const std::string longer(50'000, 'y');
  f.receive(client_frame(testing::text, longer) + client_frame(testing::text, "next"));
  CHECK(f.messages == strings{"t:" + longer, "t:next"});
}

TEST_CASE("websocket connection writes text frames of every length form") {
  fixture f;
  f.start();
  for (const std::size_t size : {0u, 125u, 126u, 1024u, 1025u, 65'535u, 65'536u}) {
    CHECK(f.connection->write_text(std::string(size, 'z')) == verdict::written);
    CHECK(f.peer->take_written() == server_frame(testing::text, std::string(size, 'z')));
  }
  CHECK(f.drained == 0);
}

TEST_CASE("websocket connection queues what the peer does not take and says when it is drained") {
  for (const std::size_t size : {20u, 5000u}) {
    fixture f;
    f.start();
    f.peer->write_room = 7;
    const std::string text(size, 'q');
    CHECK(f.connection->write_text(text) == verdict::queued);
    CHECK(f.connection->write_text("second") == verdict::queued);
    CHECK_FALSE(f.connection->is_writable());
    f.run();
    CHECK(f.drained == 0);
    f.peer->write_room = wire::unbounded;
    f.peer->write_bytes_max = 1;
    f.run();
    CHECK(f.drained == 1);
    CHECK(f.connection->is_writable());
    CHECK(f.connection->queued_bytes() == 0);
    CHECK(f.peer->written ==
          server_frame(testing::text, text) + server_frame(testing::text, "second"));
  }
}

TEST_CASE("websocket connection resets on overflow and says so later, not within the call") {
  fixture f;
  f.options.outgoing.bytes_max = 10;
  f.start();
  f.peer->write_room = 0;
  CHECK(f.write("12345678") == verdict::queued);
  CHECK(f.write("12345678") == verdict::overflow);
  CHECK(f.peer->is_reset);
  CHECK(f.closed == 0);
  CHECK(f.write("x") == verdict::failed);
  CHECK(f.connection->deadline() <= f.clock);
  f.advance();
  CHECK(f.closed == 1);
  CHECK(f.closed_with_error);
}

TEST_CASE("websocket connection tells of a failed write within on_message when that is over") {
  fixture f;
  f.on_text = [&](std::string_view) {
    CHECK(f.connection->write_text("answer") == verdict::failed);
    CHECK(f.closed == 0);
  };
  f.start();
  f.peer->write_error = boost::asio::error::broken_pipe;
  f.receive(client_frame(testing::text, "a") + client_frame(testing::text, "b"));
  CHECK(f.messages == strings{"t:a"});
  CHECK(f.closed == 1);
  CHECK(f.closed_with_error);
}

TEST_CASE("websocket connection answers pings with their payload") {
  fixture f;
  f.start();
  f.receive(client_frame(testing::ping, "") + client_frame(testing::ping, std::string(125, 'p')) +
            client_frame(testing::pong, "unasked"));
  CHECK(f.peer->written ==
        server_frame(testing::pong, "") + server_frame(testing::pong, std::string(125, 'p')));
  CHECK(f.messages.empty());
}

TEST_CASE("websocket connection stops reading a ping flood while its pong is not taken") {
  fixture f;
  f.start();
  f.peer->write_room = 3;
  std::string flood;
  for (int i = 0; i < 2000; ++i) flood += client_frame(testing::ping, "1234");
  f.receive(flood + client_frame(testing::text, "behind"));
  CHECK(f.connection->queued_bytes() == 3);
  CHECK(f.peer->incoming.size() >= flood.size() - 2 * f.scratch.size());
  CHECK_FALSE(f.peer->is_read_armed);
  CHECK(f.messages.empty());
  f.peer->write_room = wire::unbounded;
  f.run();
  CHECK(f.messages == strings{"t:behind"});
  CHECK(f.peer->written.size() == 2000 * 6);
}

TEST_CASE("websocket connection reads on when the pong is out though more was queued behind it") {
  fixture f;
  f.start();
  f.peer->write_room = 0;
  f.receive(client_frame(testing::ping, "1"));
  CHECK(f.connection->write_text("queued behind") == verdict::queued);
  f.receive(client_frame(testing::text, "m"));
  CHECK(f.messages.empty());
  f.peer->write_room = 3;
  f.run();
  CHECK(f.messages == strings{"t:m"});
  CHECK(f.connection->queued_bytes() == 15);
}

TEST_CASE("websocket connection keeps what it read while reading is paused") {
  fixture f;
  f.on_text = [&](std::string_view) { f.connection->pause_reading(); };
  f.start();
  std::string bytes;
  strings all;
  for (int i = 0; i < 50; ++i) {
    bytes += client_frame(testing::text, std::to_string(i));
    all.push_back("t:" + std::to_string(i));
  }
  f.receive(bytes);
  for (std::size_t i = 1; i < 50; ++i) {
    CHECK(f.messages.size() == i);
    CHECK_FALSE(f.peer->is_read_armed);
    f.connection->resume_reading();
  }
  CHECK(f.messages == all);
  f.connection->resume_reading();
  CHECK(f.peer->is_read_armed);
}

TEST_CASE("websocket connection reads nothing while paused, and its end is noticed afterwards") {
  fixture f;
  f.start();
  f.connection->pause_reading();
  f.receive(client_frame(testing::text, "x"));
  f.receive(client_frame(testing::text, "y"));
  CHECK(f.messages.empty());
  f.peer->incoming_end = true;
  f.run();
  CHECK(f.closed == 0);
  f.connection->resume_reading();
  f.run();
  CHECK(f.messages == strings{"t:x", "t:y"});
  CHECK(f.closed == 1);
}

TEST_CASE("websocket connection may be resumed within the message that paused it") {
  fixture f;
  f.on_text = [&](std::string_view) {
    f.connection->pause_reading();
    f.connection->resume_reading();
  };
  f.start();
  f.receive(client_frame(testing::text, "x") + client_frame(testing::text, "y"));
  CHECK(f.messages == strings{"t:x", "t:y"});
}

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

TEST_CASE("websocket connection hands messages to the host that took over, from the next one on") {
  fixture f, other;
  f.on_text = [&](std::string_view) { f.connection->change_host(other); };
  f.start();
  f.receive(client_frame(testing::text, "a") + client_frame(testing::text, "b"));
  CHECK(f.messages == strings{"t:a"});
  CHECK(other.messages == strings{"t:b"});
}

TEST_CASE("websocket connection reads a bounded amount a turn") {
  fixture f;
  f.start();
  for (int i = 0; i < 2000; ++i) f.peer->incoming += client_frame(testing::text, "0123456789");
  f.peer->reads = 0;
  f.peer->run(1);
  CHECK(f.peer->reads == 2);
  f.run();
  CHECK(f.messages.size() == 2000);
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
