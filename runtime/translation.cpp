#include <troupe/runtime/translation.hpp>

#include <troupe/protocol/engineio/packet_v3.hpp>

namespace troupe::runtime {

const protocol::frame_ptr& translation::of(const protocol::frame_ptr& frame, bool base64) {
  if (frame->part_count() == 1 && !frame->part_at(0).binary) return frame;
  if (from_ != frame) {
    from_ = frame;
    plain_ = base64_ = nullptr;
  }
  protocol::frame_ptr& made = base64 ? base64_ : plain_;
  if (made == nullptr)
    made = protocol::with_compression(protocol::engineio::v3::translate(*frame, base64),
                                      frame->may_compress());
  return made == nullptr ? frame : made;
}

}  // namespace troupe::runtime
