#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <troupe/transport/utf8_checker.hpp>

namespace troupe::transport {

/// Status codes of the closing handshake (RFC 6455, section 7.4.1).
enum close_code : std::uint16_t {
  close_protocol_error = 1002,
  close_no_code = 1005,  ///< Never on the wire: a Close frame without one.
  close_bad_text = 1007,
  close_policy = 1008,
  close_too_large = 1009,
};

/// The receiving half of a WebSocket server (RFC 6455, section 5), without I/O: bytes in, messages
/// and control frames out. Client frames must be masked, reserved bits zero; lengths need not be
/// minimally encoded. A message over the limits is refused at the frame header that announces it.
/// What arrived in one piece is unmasked in place and not copied; only a message still incomplete
/// is held, in room for at most twice what arrived.
/// Thread: one. Never throws but std::bad_alloc.
class frame_reader {
 public:
  enum class event {
    none,  ///< All bytes are taken; nothing is complete.
    text,  ///< payload() is valid UTF-8.
    binary,
    ping,
    pong,
    close,    ///< close_code() is the peer's, or close_no_code; payload() the reason.
    failure,  ///< The stream is unusable; close_code() says why. Never call next() again.
  };

  frame_reader(std::size_t message_bytes_max, std::size_t fragments_max) noexcept
      : message_bytes_max_(message_bytes_max), fragments_max_(fragments_max) {}

  /// Messages may be compressed from now on: RSV1 on their first frame says so (RFC 7692, section
  /// 6). Their text is not checked for UTF-8 here.
  void take_compressed() noexcept { takes_compressed_ = true; }
  /// Whether the last message was.
  bool is_compressed() const noexcept { return is_compressed_; }

  /// Takes bytes from the front of `bytes` (changing them) up to the next event. There is no
  /// event without a byte taken: call it until `bytes` is empty.
  event next(std::span<char>& bytes);

  /// Of the last event; valid until the next call and as long as the bytes given.
  std::string_view payload() const noexcept { return payload_; }
  std::uint16_t code() const noexcept { return code_; }

  /// Frees what the last event's payload needed; next() does so too.
  void release() noexcept;
  /// Nothing is under way: a new reader would go on as well as this one.
  bool is_idle() const noexcept {
    return header_size_ == 0 && !in_payload_ && message_opcode_ == 0;
  }
  /// Room held for what is incomplete.
  std::size_t held_bytes() const noexcept { return message_.capacity() + control_.capacity(); }

 private:
  bool fill_header(std::span<char>& bytes, std::size_t size) noexcept;
  bool read_header(std::span<char>& bytes);
  bool begin_frame();
  event read_control(std::span<char>& bytes);
  event read_message(std::span<char>& bytes);
  event end_control();
  event end_close();
  event end_message() noexcept;
  void hold(std::string_view chunk);
  std::span<char> take_unmasked(std::span<char>& bytes) noexcept;
  event fail(std::uint16_t why) noexcept;

  std::size_t message_bytes_max_;
  std::size_t fragments_max_;

  std::uint64_t remaining_ = 0;    // Payload bytes of the present frame still to come.
  std::array<char, 14> header_{};  // What arrived of a frame header.
  std::array<char, 4> mask_{};     // Turned so that the next byte takes mask_[0].
  unsigned char header_size_ = 0;
  unsigned char opcode_ = 0;
  bool final_ = false;
  bool in_payload_ = false;
  bool takes_compressed_ = false;
  bool is_compressed_ = false;        // The message under way, or the last one.
  bool is_delivered_ = false;         // message_ or control_ is what payload_ shows.
  unsigned char message_opcode_ = 0;  // Of the message under way; 0: none.
  utf8_checker text_;
  std::uint16_t code_ = 0;

  std::size_t fragments_ = 0;      // Frames of the message under way, the present one included.
  std::size_t message_bytes_ = 0;  // Announced by them.
  std::string message_;            // Held of it.
  std::string control_;            // Held of a control frame.
  std::string_view payload_;
};

}  // namespace troupe::transport
