#include <tests/catch.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include <troupe/transport/socket_stream.hpp>

using namespace troupe::transport;

namespace {

struct watcher final : stream::observer {
  int readable = 0, writable = 0;
  std::function<void()> then = [] {};
  void on_readable() override {
    ++readable;
    then();
  }
  void on_writable() override {
    ++writable;
    then();
  }
};

// One end is the stream's, the other the test's.
struct fixture {
  boost::asio::io_context loop{1}, other_loop{1};
  watcher watch;
  int far_end = -1;
  std::unique_ptr<socket_stream> near;

  fixture() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    near = std::make_unique<socket_stream>(loop, ends[0], "peer:1");
    near->observe(&watch);
    far_end = ends[1];
  }
  ~fixture() {
    if (far_end >= 0) ::close(far_end);
  }
  void send(std::string_view text) {
    REQUIRE(::send(far_end, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  }
  void hang_up() { ::close(std::exchange(far_end, -1)); }
  static void poll(boost::asio::io_context& which) {
    which.restart();
    which.poll();
  }
  std::string read() {
    std::array<char, 100> room;
    const auto got = near->read_some(room);
    return got.has_value() ? std::string(room.data(), *got) : got.error().message();
  }
};

std::string message(boost::system::error_code code) {
  return code.message();
}
const std::string would_block = message(boost::asio::error::would_block);
const std::string eof = message(boost::asio::error::eof);

}  // namespace

TEST_CASE("socket stream reads what is there, would block, and sees the end") {
  fixture f;
  CHECK(f.read() == would_block);
  f.send("hello");
  CHECK(f.read() == "hello");
  f.hang_up();
  CHECK(f.read() == eof);
  CHECK(f.near->remote_address() == "peer:1");
}

TEST_CASE("socket stream writes several pieces in one call, until it is full") {
  fixture f;
  const std::string one = "one", two = "two";
  const std::array<boost::asio::const_buffer, 2> pieces{boost::asio::buffer(one),
                                                        boost::asio::buffer(two)};
  CHECK(f.near->write_some(pieces).value() == 6);
  std::array<char, 10> room;
  CHECK(::recv(f.far_end, room.data(), room.size(), 0) == 6);
  const std::string large(10'000'000, 'x');
  const boost::asio::const_buffer all = boost::asio::buffer(large);
  CHECK(f.near->write_some({&all, 1}).value() < large.size());
  CHECK(f.near->write_some({&all, 1}).error() == boost::asio::error::would_block);
  f.hang_up();
  CHECK(f.near->write_some({&all, 1}).has_error());
}

TEST_CASE("socket stream tells of readiness once for each time it was armed") {
  fixture f;
  f.near->arm_readable();
  f.near->arm_readable();
  f.poll(f.loop);
  CHECK(f.watch.readable == 0);
  f.send("x");
  f.poll(f.loop);
  f.poll(f.loop);
  CHECK(f.watch.readable == 1);
  f.near->arm_readable();  // Not read yet, so ready again.
  f.near->arm_writable();
  f.poll(f.loop);
  CHECK(f.watch.readable == 2);
  CHECK(f.watch.writable == 1);
}

TEST_CASE("socket stream tells of what came while it was not armed, and of what is left unread") {
  fixture f;
  f.near->arm_readable();
  f.send("one");
  f.poll(f.loop);
  CHECK(f.read() == "one");
  f.send("two");
  f.poll(f.loop);
  CHECK(f.watch.readable == 1);
  f.near->arm_readable();
  f.poll(f.loop);
  CHECK(f.watch.readable == 2);
  char byte;
  CHECK(f.near->read_some({&byte, 1}).value() == 1);
  f.near->arm_readable();
  f.poll(f.loop);
  CHECK(f.watch.readable == 3);
  CHECK(f.read() == "wo");
  f.near->arm_readable();
  f.poll(f.loop);
  CHECK(f.watch.readable == 3);
  f.send("three");
  f.poll(f.loop);
  CHECK(f.watch.readable == 4);
}

TEST_CASE("socket stream tells of an end that came with the bytes before it, or after them") {
  for (const bool comes_with_bytes : {true, false}) {
    fixture f;
    f.near->arm_readable();
    f.send("last");
    if (comes_with_bytes) f.hang_up();
    f.poll(f.loop);
    CHECK(f.watch.readable == 1);
    if (!comes_with_bytes) f.hang_up();
    CHECK(f.read() == "last");
    f.near->arm_readable();
    f.poll(f.loop);
    CHECK(f.watch.readable == 2);
    CHECK(f.read() == eof);
  }
}

TEST_CASE("socket stream tells again that it can be written to, each time it was full") {
  fixture f;
  const std::string large(100'000, 'x');
  const boost::asio::const_buffer all = boost::asio::buffer(large);
  for (int i = 1; i <= 3; ++i) {
    while (f.near->write_some({&all, 1}).has_value()) {
    }
    f.near->arm_writable();
    f.near->arm_readable();
    f.poll(f.loop);
    CHECK(f.watch.writable == i - 1);
    std::string room(1'000'000, ' ');
    while (::recv(f.far_end, room.data(), room.size(), 0) > 0) {
    }
    f.poll(f.loop);
    CHECK(f.watch.writable == i);
  }
  CHECK(f.watch.readable == 0);
}

TEST_CASE("socket stream that is gone is not told, though somebody else has its descriptor open") {
  fixture f;
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
  const int copy = ::dup(ends[0]);
  socket_stream other(f.loop, ends[0], "peer:2");
  other.observe(&f.watch);
  other.arm_readable();
  f.poll(f.loop);
  other.close();
  f.near->arm_readable();  // In its place.
  CHECK(::send(ends[1], "x", 1, 0) == 1);
  f.poll(f.loop);
  CHECK(f.watch.readable == 0);
  f.send("x");
  f.poll(f.loop);
  CHECK(f.watch.readable == 1);
  ::close(copy);
  ::close(ends[1]);
}

TEST_CASE("socket stream may be destroyed or closed within a callback and while armed") {
  fixture f;
  f.watch.then = [&] { f.near.reset(); };
  f.near->arm_readable();
  f.near->arm_writable();
  f.send("x");
  f.poll(f.loop);
  CHECK(f.watch.readable + f.watch.writable == 1);

  fixture g;
  g.near->arm_readable();
  g.send("x");
  g.near->close();
  g.near->arm_readable();
  g.poll(g.loop);
  CHECK(g.watch.readable == 0);
  CHECK(g.near->read_some({}).error() == boost::asio::error::bad_descriptor);
}

TEST_CASE("socket stream moves to another loop, before and after it was armed") {
  for (const bool is_armed : {false, true}) {
    fixture f;
    if (is_armed) f.near->arm_readable();
    f.poll(f.loop);
    REQUIRE_FALSE(f.near->move_to(f.other_loop));
    f.send("x");
    f.poll(f.loop);
    f.poll(f.other_loop);
    CHECK(f.watch.readable == 0);
    f.near->arm_readable();
    f.poll(f.loop);
    CHECK(f.watch.readable == 0);
    f.poll(f.other_loop);
    CHECK(f.watch.readable == 1);
    CHECK(f.read() == "x");
  }
}

TEST_CASE("socket stream shuts down sending and goes on reading") {
  fixture f;
  f.near->shutdown_send();
  char byte;
  CHECK(::recv(f.far_end, &byte, 1, 0) == 0);
  f.send("late");
  CHECK(f.read() == "late");
}

TEST_CASE("socket stream closes the descriptor with close, reset and its destructor") {
  for (int way = 0; way < 6; ++way) {
    fixture f;
    if (way % 2 == 1) f.near->arm_readable();
    if (way / 2 == 0) f.near->close();
    if (way / 2 == 1) f.near->reset();
    if (way / 2 == 2) f.near.reset();
    char byte;
    CHECK(::recv(f.far_end, &byte, 1, 0) == 0);
  }
}
