#include <troupe/runtime/write_batch.hpp>

namespace troupe::runtime {

write_batch::write_batch() {
  nodes_.emplace_back();
}

write_batch::node_index write_batch::add(node_index at, const protocol::frame_ptr& next) {
  const auto added = static_cast<node_index>(nodes_.size());
  node child;
  child.frame = next;
  child.bytes = nodes_[at].bytes + next->websocket_bytes().size();
  child.parent = at;
  child.depth = nodes_[at].depth + 1;
  nodes_.push_back(std::move(child));
  nodes_[at].last_frame = next.get();
  nodes_[at].last_child = added;
  return added;
}

const write_batch::shared_run& write_batch::run(node_index at) {
  shared_run& made = nodes_[at].run;
  if (made.owner == nullptr && nodes_[at].depth == 1) {
    made.bytes = nodes_[at].frame->websocket_bytes();
    made.owner = nodes_[at].frame;
  } else if (made.owner == nullptr) {
    auto bytes = std::make_shared<std::string>();
    bytes->reserve(nodes_[at].bytes);
    for (const protocol::frame_ptr* frame : frames(at)) bytes->append((*frame)->websocket_bytes());
    made.bytes = *bytes;
    made.owner = std::move(bytes);
  }
  return made;
}

const std::vector<const protocol::frame_ptr*>& write_batch::frames(node_index at) {
  path_.resize(nodes_[at].depth);
  for (std::size_t i = path_.size(); i > 0; --i) {
    path_[i - 1] = &nodes_[at].frame;
    at = nodes_[at].parent;
  }
  return path_;
}

void write_batch::clear() noexcept {
  if (nodes_.size() == 1) return;
  nodes_.resize(1);
  nodes_[root].last_frame = nullptr;
  nodes_[root].users = 0;
  if (nodes_.capacity() > nodes_kept_max) nodes_.shrink_to_fit();
}

}  // namespace troupe::runtime
