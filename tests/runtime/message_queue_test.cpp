#include <tests/catch.hpp>

#include <deque>
#include <random>
#include <string>
#include <utility>

#include <tests/seeds.hpp>
#include <troupe/runtime/message_queue.hpp>

TEST_CASE("a message queue gives messages back in order, with their kinds") {
  troupe::testing::with_seeds(200, [](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    troupe::runtime::message_queue queue;
    std::deque<std::pair<std::string, bool>> model;
    for (int step = 0; step < 300; ++step) {
      const auto drawn = random() % 20;
      if (drawn == 0) {
        queue.clear();
        model.clear();
      } else if (drawn < 12) {
        const std::string message(random() % 40, static_cast<char>(random()));
        const bool binary = random() % 2 == 0;
        queue.push(message, binary);
        model.emplace_back(message, binary);
      } else if (!model.empty()) {
        queue.pop([&](std::string_view message, bool binary) {
          REQUIRE(message == model.front().first);
          REQUIRE(binary == model.front().second);
        });
        model.pop_front();
      }
      REQUIRE(queue.size() == model.size());
      REQUIRE(queue.empty() == model.empty());
    }
  });
}

TEST_CASE("a message queue keeps a large message whole, and an empty one") {
  troupe::runtime::message_queue queue;
  const std::string large(1'000'000, 'x');
  queue.push("", false);
  queue.push(large, true);
  CHECK(queue.size() == 2);
  queue.pop([&](std::string_view message, bool) { CHECK(message.empty()); });
  queue.pop([&](std::string_view message, bool binary) { CHECK((message == large && binary)); });
  CHECK(queue.empty());
}
