#include <troupe/runtime/compression.hpp>

#include <utility>

namespace troupe::runtime {

transport::inflater& compression::shared_inflater() {
  if (inflater_ == nullptr)
    inflater_ = std::make_unique<transport::inflater>(window_bits_max, false);
  return *inflater_;
}

bool compression::is_worth_it(const protocol::frame& frame) const noexcept {
  if (!frame.may_compress()) return false;
  for (std::size_t i = 0; i < frame.part_count(); ++i)
    if (frame.part_at(i).size >= options_.threshold) return true;
  return false;
}

const shared_bytes& compression::compressed(const protocol::frame_ptr& frame, int window_bits) {
  if (!is_worth_it(*frame)) return none_;
  entry& kept = frames_[frame.get()];
  kept.frame = frame;
  const auto window = static_cast<std::size_t>(window_bits);
  if (kept.by_window[window] == nullptr) {
    auto& by = deflaters_[window];
    if (by == nullptr) by = std::make_unique<transport::deflater>(window_bits, options_, false);
    kept.by_window[window] = compress(*frame, *by);
  }
  return kept.by_window[window];
}

shared_bytes compression::compress(const protocol::frame& frame, transport::deflater& by) const {
  if (!is_worth_it(frame)) return nullptr;
  auto made = std::make_shared<std::string>();
  // A frame's bytes are its messages' frames, each up to the end of its message.
  std::size_t end = 0;
  for (std::size_t i = 0; i < frame.part_count(); ++i) {
    const auto part = frame.part_at(i);
    const std::size_t begin = std::exchange(end, part.offset + part.size);
    if (part.size >= options_.threshold)
      by.append_frame(*made, frame.message(part), part.binary);
    else
      made->append(frame.websocket_bytes().substr(begin, end - begin));
  }
  return made;
}

websocket_compression::websocket_compression(compression& shared,
                                             const transport::deflate_agreement& agreed)
    : shared_(shared), window_bits_(agreed.server_window_bits) {
  if (agreed.server_takes_over)
    own_deflater_ = std::make_unique<transport::deflater>(window_bits_, shared.options(), true);
  if (agreed.client_takes_over)
    own_inflater_ = std::make_unique<transport::inflater>(agreed.client_window_bits, true);
}

transport::inflater& websocket_compression::inflater() {
  return own_inflater_ != nullptr ? *own_inflater_ : shared_.shared_inflater();
}

shared_bytes websocket_compression::compressed(const protocol::frame_ptr& frame) {
  if (own_deflater_ != nullptr) return shared_.compress(*frame, *own_deflater_);
  return shared_.compressed(frame, window_bits_);
}

}  // namespace troupe::runtime
