#include <troupe/actors/mailbox.hpp>

#include <utility>

namespace troupe::actors {

namespace {

using element = caf::mailbox_element;

/// Nodes in order, to be added at the front.
struct chain {
  element::node_type* first = nullptr;
  element::node_type* last = nullptr;

  void prepend(element::node_type* added) noexcept {
    added->next = first;
    if (first == nullptr) last = added;
    first = added;
  }
};

}  // namespace

mailbox::~mailbox() {
  close();
  while (pop() != nullptr) {
  }
}

mailbox::pushed mailbox::push(caf::mailbox_element_ptr& element) noexcept {
  node* const added = element.get();
  node* newest = inbox_.load(std::memory_order_relaxed);
  do {
    if (newest == closed_tag()) return pushed::closed;
    added->next = newest == waiting_tag() ? nullptr : newest;
  } while (!inbox_.compare_exchange_weak(newest, added, std::memory_order_acq_rel,
                                         std::memory_order_relaxed));
  static_cast<void>(element.release());
  return newest == waiting_tag() ? pushed::woke : pushed::queued;
}

caf::mailbox_element_ptr mailbox::pop() noexcept {
  if (oldest_ == nullptr) {
    const node* newest = inbox_.load(std::memory_order_relaxed);
    if (newest == nullptr || newest == closed_tag() || newest == waiting_tag()) return nullptr;
    sort(inbox_.exchange(nullptr, std::memory_order_acquire));
  }
  node* const next = std::exchange(oldest_, oldest_->next);
  return caf::mailbox_element_ptr(static_cast<element*>(next));
}

bool mailbox::wait() noexcept {
  node* none = nullptr;
  return oldest_ == nullptr &&
         inbox_.compare_exchange_strong(none, waiting_tag(), std::memory_order_acq_rel,
                                        std::memory_order_relaxed);
}

void mailbox::close() noexcept {
  node* const newest = inbox_.exchange(closed_tag(), std::memory_order_acq_rel);
  if (newest != closed_tag() && newest != waiting_tag()) sort(newest);
}

// Behind what has been taken before.
void mailbox::sort(node* newest) noexcept {
  chain urgent;
  chain others;
  while (newest != nullptr) {
    node* const moved = std::exchange(newest, newest->next);
    const bool is_urgent = static_cast<element*>(moved)->is_high_priority();
    (is_urgent ? urgent : others).prepend(moved);
  }
  if (urgent.last != nullptr) urgent.last->next = others.first;
  node** end = &oldest_;
  while (*end != nullptr) end = &(*end)->next;
  *end = urgent.first != nullptr ? urgent.first : others.first;
}

}  // namespace troupe::actors
