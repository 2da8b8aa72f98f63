#include <troupe/runtime/http_date.hpp>

#include <chrono>

#include <tests/catch.hpp>

using namespace std::chrono_literals;
using troupe::runtime::kept_date;

TEST_CASE("a date is written once a second, and follows the wall clock") {
  auto wall = std::chrono::system_clock::from_time_t(784111777) + 250ms;
  std::chrono::steady_clock::time_point now(1h);
  int written = 0;
  const auto read = [&] {
    ++written;
    return wall;
  };
  const auto pass = [&](std::chrono::milliseconds time) {
    now += time;
    wall += time;
  };
  kept_date date;
  CHECK(date.at(now, read) == "Sun, 06 Nov 1994 08:49:37 GMT");
  pass(749ms);
  CHECK(date.at(now, read) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(written == 1);
  pass(1ms);
  CHECK(date.at(now, read) == "Sun, 06 Nov 1994 08:49:38 GMT");
  CHECK(written == 2);
  wall -= std::chrono::hours(24);
  pass(1s);
  CHECK(date.at(now, read) == "Sat, 05 Nov 1994 08:49:39 GMT");
}
