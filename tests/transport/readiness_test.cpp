#include <tests/catch.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <troupe/transport/readiness.hpp>
#include <troupe/transport/socket_stream.hpp>

using namespace troupe::transport;

namespace {

// A stream that reads when it is told to, and the other end of it.
struct client final : stream::observer {
  explicit client(boost::asio::io_context& loop) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    near = std::make_unique<socket_stream>(loop, ends[0], "peer");
    near->observe(this);
    near->arm_readable();
    far_end = ends[1];
  }
  ~client() { ::close(far_end); }
  client(const client&) = delete;

  void say(std::string_view text) const {
    REQUIRE(::send(far_end, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  }
  void on_readable() override {
    ++told;
    if (then) return then();
    std::string room(200'000, ' ');
    (void)near->read_some(room);
    near->arm_readable();
  }
  void on_writable() override {}

  std::unique_ptr<socket_stream> near;
  int far_end = -1;
  int told = 0;
  std::function<void()> then;
};

std::vector<std::unique_ptr<client>> some(std::size_t count, boost::asio::io_context& loop) {
  std::vector<std::unique_ptr<client>> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(std::make_unique<client>(loop));
  return made;
}

int told(const std::vector<std::unique_ptr<client>>& all) {
  int sum = 0;
  for (const auto& one : all) sum += one->told;
  return sum;
}

}  // namespace

TEST_CASE("readiness tells each of many once, some at a time") {
  boost::asio::io_context loop{1};
  const auto all = some(300, loop);
  loop.poll();
  for (const auto& one : all) one->say("x");
  while (told(all) == 0) REQUIRE(loop.poll_one() == 1);
  CHECK(told(all) <= static_cast<int>(readiness::events_at_once_max));
  loop.poll();
  for (const auto& one : all) CHECK(one->told == 1);
}

TEST_CASE("readiness lets the loop go on after so many bytes") {
  boost::asio::io_context loop{1};
  const auto all = some(10, loop);
  const std::string large(150'000, 'x');
  for (const auto& one : all) one->say(large);
  while (told(all) == 0) REQUIRE(loop.poll_one() == 1);
  CHECK(told(all) <= 2);
  loop.poll();
  CHECK(told(all) == 10);
}

TEST_CASE("readiness tells the others while one always has more than it reads") {
  boost::asio::io_context loop{1};
  client greedy(loop);
  client other(loop);
  greedy.then = [&] {
    greedy.say("xx");
    char one = 0;
    CHECK(greedy.near->read_some({&one, 1}).value() == 1);
    greedy.near->arm_readable();
  };
  greedy.say("xx");
  while (greedy.told < 3) REQUIRE(loop.poll_one() == 1);
  other.say("y");
  for (int i = 0; i < 10 && other.told == 0; ++i) loop.poll_one();
  CHECK(other.told == 1);
  CHECK(greedy.told < 20);
}

TEST_CASE("readiness does not tell who is gone, nor who has taken the place") {
  boost::asio::io_context loop{1};
  auto all = some(3, loop);
  std::unique_ptr<client> next;
  for (const auto& one : all) {
    one->then = [&] {
      for (const auto& other : all) other->near.reset();
      next = std::make_unique<client>(loop);
    };
    one->say("x");
  }
  loop.poll();
  CHECK(told(all) == 1);
  CHECK(next->told == 0);
  next->say("x");
  loop.poll();
  CHECK(next->told == 1);
}

TEST_CASE("readiness goes on with the others when one throws") {
  boost::asio::io_context loop{1};
  const auto all = some(3, loop);
  for (const auto& one : all) {
    one->say("x");
    one->then = [] { throw 42; };
  }
  for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(loop.poll(), int);
  loop.poll();
  CHECK(told(all) == 3);
}

TEST_CASE("readiness keeps its loop no longer than somebody is there") {
  boost::asio::io_context loop{1};
  auto all = some(2, loop);
  all[0]->then = [&] { all[0]->near.reset(); };
  all[1]->then = [&] { all[1]->near.reset(); };
  all[0]->say("x");
  all[1]->say("x");
  loop.run();
  CHECK(told(all) == 2);

  loop.restart();
  all = some(1, loop);
  all[0]->near->close();
  loop.run();
  CHECK(told(all) == 0);
}
