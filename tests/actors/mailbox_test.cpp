#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <tests/catch.hpp>
#include <troupe/actors/mailbox.hpp>
#include <troupe/actors/messages.hpp>

using troupe::actors::mailbox;

namespace {

/// A message that is known by `number`.
caf::mailbox_element_ptr numbered(int number, bool is_urgent = false) {
  const caf::message_id id =
      is_urgent ? caf::make_message_id(caf::message_priority::high) : caf::make_message_id();
#if TROUPE_CAF_1X
  return caf::make_mailbox_element(nullptr, id, number);
#else
  return caf::make_mailbox_element(nullptr, id, {}, number);
#endif
}

int number_of(const caf::mailbox_element_ptr& element) {
  return element->content().get_as<int>(0);
}

mailbox::pushed push(mailbox& to, int number, bool is_urgent = false) {
  auto element = numbered(number, is_urgent);
  const mailbox::pushed outcome = to.push(element);
  CHECK((element != nullptr) == (outcome == mailbox::pushed::closed));
  return outcome;
}

std::vector<int> all_of(mailbox& from) {
  std::vector<int> all;
  while (const auto element = from.pop()) all.push_back(number_of(element));
  return all;
}

}  // namespace

TEST_CASE("a mailbox keeps its order and wakes its reader once") {
  mailbox box;
  CHECK(push(box, 1) == mailbox::pushed::woke);
  CHECK(push(box, 2) == mailbox::pushed::queued);
  CHECK_FALSE(box.wait());
  CHECK(number_of(box.pop()) == 1);
  CHECK(push(box, 3) == mailbox::pushed::queued);
  CHECK_FALSE(box.wait());
  CHECK(all_of(box) == std::vector{2, 3});
  CHECK(box.wait());
  CHECK(box.pop() == nullptr);
  CHECK(push(box, 4) == mailbox::pushed::woke);
  CHECK(all_of(box) == std::vector{4});
}

TEST_CASE("urgent messages of a mailbox go before those that came with them, in their own order") {
  mailbox box;
  push(box, 1);
  push(box, 2, true);
  push(box, 3);
  push(box, 4, true);
  CHECK(all_of(box) == std::vector{2, 4, 1, 3});
}

TEST_CASE("a closed mailbox takes nothing and gives what it had") {
  mailbox box;
  push(box, 1);
  push(box, 2);
  CHECK(number_of(box.pop()) == 1);
  push(box, 3);
  box.close();
  CHECK(push(box, 4) == mailbox::pushed::closed);
  box.close();
  CHECK(all_of(box) == std::vector{2, 3});
  CHECK_FALSE(box.wait());
  mailbox unused;
  unused.close();
  CHECK(unused.pop() == nullptr);
  CHECK(push(unused, 1) == mailbox::pushed::closed);
}

TEST_CASE("a mailbox frees what nobody reads") {
  mailbox box;
  for (int i = 0; i < 3; ++i) push(box, i);
  CHECK(number_of(box.pop()) == 0);
  push(box, 4);  // LeakSanitizer says if one of both lists is forgotten.
}

TEST_CASE("a mailbox loses nothing of several threads and keeps the order of each") {
  constexpr int senders = 3;
  constexpr int each = 20'000;
  mailbox box;
  std::atomic<int> wakes{0};
  std::vector<std::thread> threads;
  for (int sender = 0; sender < senders; ++sender)
    threads.emplace_back([&, sender] {
      for (int i = 0; i < each; ++i) {
        auto element = numbered(sender * each + i);
        if (box.push(element) == mailbox::pushed::woke) wakes.fetch_add(1);
      }
    });
  std::vector<int> next(senders, 0);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  int read = 0;
  int awaited = 1;  // As with an actor, the reader runs only once it was woken.
  bool is_in_order = true;
  while (read < senders * each && std::chrono::steady_clock::now() < deadline) {
    if (wakes.load() < awaited) {
      std::this_thread::yield();
      continue;
    }
    do {
      while (const auto element = box.pop()) {
        const int number = number_of(element);
        is_in_order = is_in_order && next[number / each]++ == number % each;
        ++read;
      }
    } while (!box.wait());
    ++awaited;
  }
  for (std::thread& ended : threads) ended.join();
  CHECK(read == senders * each);
  CHECK(is_in_order);
}
