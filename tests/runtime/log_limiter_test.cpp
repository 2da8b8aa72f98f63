#include <tests/catch.hpp>

#include <string>
#include <vector>

#include <troupe/harness/seams.hpp>
#include <troupe/runtime/log_limiter.hpp>

using namespace std::chrono_literals;
using troupe::log_level;

TEST_CASE("a flood of lines of one level is cut, told of, and costs the others nothing") {
  troupe::harness::manual_clock time;
  std::vector<std::string> lines;
  troupe::runtime::log_limiter log(
      [&](log_level, std::string_view line) { lines.emplace_back(line); }, time, 2);
  for (int i = 0; i < 5; ++i) log(log_level::error, "thrown");
  log(log_level::warning, "other");
  CHECK(lines == std::vector<std::string>{"thrown", "thrown", "other"});
  lines.clear();
  time.set(time.now() + 999ms);
  log(log_level::error, "thrown");
  CHECK(lines.empty());
  time.set(time.now() + 1ms);
  log(log_level::error, "later");
  log(log_level::error, "later");
  log(log_level::error, "later");
  CHECK(lines == std::vector<std::string>{"4 lines were not logged", "later", "later"});
}
