#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <tests/catch.hpp>
#include <troupe/actors/event_listeners.hpp>

using troupe::listener;
using troupe::actors::event_listeners;

namespace {

/// A list, and the names of what was added.
struct bench {
  event_listeners all;
  std::uint64_t made = 0;

  listener add(std::string_view event = "a", std::shared_ptr<void> captured = {}) {
    const listener name(++made);
    all.append(name, troupe::actors::make_event_listener(
                         event, [captured](const troupe::arguments&) {}, false));
    return name;
  }
  /// Visits those of `event`, with `work(listener)` in place of calling them.
  template <class Work>
  std::vector<listener> visit(std::string_view event, Work work) {
    std::vector<listener> seen;
    all.visit(event, [&](troupe::actors::event_listener& each) {
      seen.push_back(each.name());
      return work(each.name());
    });
    return seen;
  }
  std::vector<listener> visit(std::string_view event = "a") {
    return visit(event, [](listener) { return true; });
  }
};

using names = std::vector<listener>;

}  // namespace

TEST_CASE("event listeners are visited in order, those of the event only, until one says no") {
  bench b;
  CHECK(b.visit().empty());
  const listener first = b.add();
  const listener other = b.add("b");
  const listener second = b.add();
  CHECK(b.visit() == names{first, second});
  CHECK(b.visit("b") == names{other});
  CHECK(b.visit("a", [](listener) { return false; }) == names{first});
  CHECK(b.all.count("a") == 2);
  CHECK(b.all.count("c") == 0);
}

TEST_CASE("event listeners can be removed by name, by event, and all") {
  bench b;
  const listener first = b.add();
  const listener second = b.add();
  const listener third = b.add("b");
  b.all.remove(second);
  CHECK(b.visit() == names{first});
  const listener fourth = b.add();
  CHECK(b.visit() == names{first, fourth});
  b.all.remove("a");
  CHECK(b.visit().empty());
  CHECK(b.visit("b") == names{third});
  b.all.clear();
  CHECK(b.visit("b").empty());
  const listener last = b.add();
  CHECK(b.visit() == names{last});
}

TEST_CASE("a listener that is removed while listeners are called is not called any more") {
  bench b;
  const listener first = b.add();
  const listener second = b.add();
  const listener third = b.add();
  CHECK(b.visit("a", [&](listener called) {
    if (called == first) {
      b.all.remove(second);
      b.all.remove(first);  // Itself.
    }
    return true;
  }) == names{first, third});
  CHECK(b.all.count("a") == 1);
  CHECK(b.visit() == names{third});
}

TEST_CASE("a listener that is added while listeners are called is not called yet") {
  bench b;
  const listener first = b.add();
  listener added;
  CHECK(b.visit("a", [&](listener) {
    added = b.add();
    b.all.remove(first);
    return true;
  }) == names{first});
  CHECK(b.visit() == names{added});
}

TEST_CASE("listeners are freed when no call is under way, and may change the list as they go") {
  bench b;
  const listener other = b.add();
  bool is_freed = false;
  std::shared_ptr<void> captured(&b, [&](void*) {
    is_freed = true;
    b.all.remove(other);
  });
  const listener removed = b.add("a", std::exchange(captured, nullptr));
  b.visit("a", [&](listener) {
    b.all.remove(removed);
    CHECK(b.visit() == names{other});
    CHECK_FALSE(is_freed);
    return true;
  });
  CHECK(is_freed);
  CHECK(b.all.count("a") == 0);
}

TEST_CASE("very many listeners are freed one by one") {
  bench b;
  for (int i = 0; i < 200'000; ++i) b.add();
  b.all.clear();
  for (int i = 0; i < 200'000; ++i) b.add();
  CHECK(b.all.count("a") == 200'000);
}
