#include <tests/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include <tests/transport/websocket_fixture.hpp>

using namespace troupe::transport;
using testing::client_frame;
using testing::server_frame;
using testing::wire;
using fixture = testing::websocket_fixture;
using verdict = outbox::verdict;
using strings = std::vector<std::string>;

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
