#pragma once

#include <troupe/protocol/frame.hpp>

namespace troupe::runtime {

/// Frames as clients of Engine.IO's revision 3 get them. It keeps the last one, so that a broadcast
/// to many of them is translated once: at most the bytes of three frames a shard. Thread: its
/// shard's.
class translation {
 public:
  /// `frame` itself if it has no binary messages. Borrowed until the next call.
  const protocol::frame_ptr& of(const protocol::frame_ptr& frame, bool base64);

 private:
  protocol::frame_ptr from_;
  protocol::frame_ptr plain_;   // Null until wanted.
  protocol::frame_ptr base64_;  // Likewise.
};

}  // namespace troupe::runtime
