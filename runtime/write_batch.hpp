#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/protocol/frame.hpp>

namespace troupe::runtime {

/// What one turn of a shard's loop sends, shared between its sessions: every queue is a path in a
/// tree of frames, and sessions whose queues are identical stand at the same node. In a broadcast
/// a session's queue grows by comparing and storing a number; no reference is counted and nothing
/// allocated per session, and all of them write one contiguous run of bytes. Thread: the shard's.
class write_batch {
 public:
  using node_index = std::uint32_t;
  /// The empty queue.
  static constexpr node_index root = 0;

  write_batch();

  /// The queue `at` with `next` behind it.
  node_index append(node_index at, const protocol::frame_ptr& next) {
    node& here = nodes_[at];
    --here.users;
    const node_index child = here.last_frame == next.get() ? here.last_child : add(at, next);
    ++nodes_[child].users;
    return child;
  }
  /// A session wrote its queue, or is gone.
  void leave(node_index at) noexcept { --nodes_[at].users; }

  std::size_t bytes(node_index at) const noexcept { return nodes_[at].bytes; }
  /// True if the queue is to be written from run(): others stand there too and it is not too large.
  bool is_shared(node_index at) const noexcept {
    return nodes_[at].run.owner != nullptr ||
           (nodes_[at].users > 1 && nodes_[at].bytes <= run_bytes_max);
  }
  /// All WebSocket bytes of the queue in one piece, and what keeps them alive.
  struct shared_run {
    std::string_view bytes;
    std::shared_ptr<const void> owner;
  };
  /// Made on first use; valid as frames().
  const shared_run& run(node_index at);
  /// The queue's frames, the oldest first; valid until the next call or append.
  const std::vector<const protocol::frame_ptr*>& frames(node_index at);

  /// Forgets everything; no session may stand at a node.
  void clear() noexcept;

 private:
  static constexpr std::size_t run_bytes_max = 256 * 1024;
  static constexpr std::size_t nodes_kept_max = 4096;
  struct node {
    protocol::frame_ptr frame;
    std::size_t bytes = 0;
    const protocol::frame* last_frame = nullptr;
    node_index last_child = root;
    node_index parent = root;
    std::uint32_t users = 0;
    std::uint32_t depth = 0;
    shared_run run;
  };

  node_index add(node_index at, const protocol::frame_ptr& next);

  std::vector<node> nodes_;
  std::vector<const protocol::frame_ptr*> path_;
};

}  // namespace troupe::runtime
