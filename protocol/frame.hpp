#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// One packet's wire bytes, encoded once and shared by every connection that it goes to: one
/// Engine.IO message and, for a binary event, its attachments behind it, in order, never torn
/// apart. Immutable after construction; any thread.
///
/// The bytes are ready-made server-to-client WebSocket frames (unmasked, FIN set, one per message;
/// RFC 6455, section 5.2); a polling session takes the messages without those headers.
class frame {
 public:
  /// One Engine.IO message inside `websocket_bytes()`, without its WebSocket header.
  struct part {
    std::size_t offset;
    std::size_t size;
    bool binary;  ///< Polling carries it as `b` and base64; WebSocket as a binary frame.
  };

  /// `text` is a whole Engine.IO packet (`42["chat","hi"]`); `attachments` follow it in order.
  explicit frame(std::string_view text, std::span<const std::string_view> attachments = {});

  /// One binary message alone.
  static frame binary(std::string_view message);

  /// A message to put into a frame; borrows its bytes.
  struct message_view {
    std::string_view bytes;
    bool binary;
  };
  /// `messages`, at least one, in their order.
  static frame of(std::span<const message_view> messages);

  /// All WebSocket frames, one behind the other.
  std::string_view websocket_bytes() const noexcept { return bytes_; }
  /// The number of Engine.IO messages, at least one.
  std::size_t part_count() const noexcept { return 1 + rest_.size(); }
  part part_at(std::size_t index) const noexcept { return index == 0 ? first_ : rest_[index - 1]; }
  std::string_view message(part p) const noexcept {
    return std::string_view(bytes_).substr(p.offset, p.size);
  }
  /// False: its sender wants the bytes to leave as they are, whatever the transport would compress.
  bool may_compress() const noexcept { return may_compress_; }
  void keep_uncompressed() noexcept { may_compress_ = false; }

 private:
  frame() = default;
  std::string bytes_;
  part first_{};
  bool may_compress_ = true;
  std::vector<part> rest_;
};

using frame_ptr = std::shared_ptr<const frame>;

/// `made`, or a copy of it that keeps uncompressed if `may_compress` is false.
frame_ptr with_compression(frame_ptr made, bool may_compress);

}  // namespace troupe::protocol
