#pragma once

#include <atomic>
#include <cstdint>

#include <troupe/actors/caf.hpp>

namespace troupe::actors {

/// The messages of one actor, in two words where CAF's own takes 50: any number of senders, one
/// reader. In the order in which they came; what was sent as urgent goes before what came with it.
/// Never throws.
class mailbox {
 public:
  enum class pushed : std::uint8_t {
    queued,
    woke,   ///< The reader waits: whoever gets this has it run.
    closed  ///< Not taken: `element` is still the caller's.
  };

  mailbox() noexcept : inbox_(waiting_tag()) {}
  ~mailbox();
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;

  /// Any thread.
  pushed push(caf::mailbox_element_ptr& element) noexcept;
  /// The next; null: there is none now. The reader.
  caf::mailbox_element_ptr pop() noexcept;
  /// The reader waits from now on; false: it has a message and must go on. The reader.
  bool wait() noexcept;
  /// Takes no more; what is there can still be popped. The reader.
  void close() noexcept;

 private:
  using node = caf::mailbox_element::node_type;
  // Never followed: what the inbox holds while the reader waits, and behind the end.
  node* waiting_tag() const noexcept { return tag(this); }
  node* closed_tag() const noexcept { return tag(&oldest_); }
  static node* tag(const void* of) noexcept { return static_cast<node*>(const_cast<void*>(of)); }
  void sort(node* newest) noexcept;

  std::atomic<node*> inbox_;  // The newest first; null: none, and the reader runs.
  node* oldest_ = nullptr;    // Taken from there, in order.
};

}  // namespace troupe::actors
