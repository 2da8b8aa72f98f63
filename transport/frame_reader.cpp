#include <troupe/transport/frame_reader.hpp>

#include <algorithm>
#include <cstring>
#include <limits>

namespace troupe::transport {

namespace {

enum opcode : unsigned char {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

constexpr std::size_t control_bytes_max = 125;

bool is_control(unsigned char code) noexcept {
  return (code & 8) != 0;
}

bool is_known(unsigned char code) noexcept {
  return code <= binary || (code >= close && code <= pong);
}

std::uint64_t big_endian(const char* at, std::size_t size) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
  return value;
}

// RFC 6455, section 7.4: the codes an endpoint may send; 1012 to 1014 are IANA's additions.
bool may_be_sent(std::uint16_t code) noexcept {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

void unmask(std::span<char> bytes, const std::array<char, 4>& mask) noexcept {
  std::uint64_t key;
  std::memcpy(&key, mask.data(), 4);
  std::memcpy(reinterpret_cast<char*>(&key) + 4, mask.data(), 4);
  char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    word ^= key;
    std::memcpy(at, &word, 8);
  }
  for (std::size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ mask[i & 3]);
}

}  // namespace

frame_reader::event frame_reader::next(std::span<char>& bytes) {
  release();
  while (!bytes.empty()) {
    if (!in_payload_ && !read_header(bytes)) return code_ != 0 ? event::failure : event::none;
    const event what = is_control(opcode_) ? read_control(bytes) : read_message(bytes);
    if (what != event::none) return what;
  }
  return event::none;
}

void frame_reader::release() noexcept {
  if (is_delivered_) {
    std::string().swap(is_control(opcode_) ? control_ : message_);
    is_delivered_ = false;
  }
  payload_ = {};
  code_ = 0;
}

bool frame_reader::fill_header(std::span<char>& bytes, std::size_t size) noexcept {
  if (header_size_ < size) {
    const std::size_t taken = std::min(size - header_size_, bytes.size());
    std::memcpy(header_.data() + header_size_, bytes.data(), taken);
    header_size_ = static_cast<unsigned char>(header_size_ + taken);
    bytes = bytes.subspan(taken);
  }
  return header_size_ >= size;
}

// False: more bytes are needed, or the frame was refused (code_ is set).
bool frame_reader::read_header(std::span<char>& bytes) {
  if (!fill_header(bytes, 2)) return false;
  const auto first = static_cast<unsigned char>(header_[0]);
  const auto second = static_cast<unsigned char>(header_[1]);
  final_ = (first & 0x80) != 0;
  opcode_ = first & 0x0F;
  const std::size_t length = second & 0x7F;

  const bool is_masked = (second & 0x80) != 0;
  const bool may_be_compressed =
      takes_compressed_ && (opcode_ == opcode::text || opcode_ == opcode::binary);
  const bool has_reserved_bits = (first & (may_be_compressed ? 0x30 : 0x70)) != 0;
  const bool is_bad_control = is_control(opcode_) && (!final_ || length > control_bytes_max);
  // A message's first frame names its kind, the others continue it.
  const bool is_out_of_order =
      !is_control(opcode_) && (opcode_ == continuation) != (message_opcode_ != 0);
  if (!is_masked || has_reserved_bits || !is_known(opcode_) || is_bad_control || is_out_of_order) {
    fail(close_protocol_error);
    return false;
  }

  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (!fill_header(bytes, 2 + extended + 4)) return false;
  remaining_ = extended == 0 ? length : big_endian(header_.data() + 2, extended);
  std::memcpy(mask_.data(), header_.data() + 2 + extended, 4);
  header_size_ = 0;
  return begin_frame();
}

bool frame_reader::begin_frame() {
  if (remaining_ > std::numeric_limits<std::uint64_t>::max() / 2) {
    fail(close_protocol_error);  // RFC 6455, section 5.2: the most significant bit must be 0.
    return false;
  }
  in_payload_ = true;
  if (is_control(opcode_)) return true;
  if (remaining_ > message_bytes_max_ - message_bytes_) {
    fail(close_too_large);
    return false;
  }
  if (++fragments_ > fragments_max_) {
    fail(close_policy);
    return false;
  }
  message_bytes_ += remaining_;
  if (message_opcode_ == 0) {
    message_opcode_ = opcode_;
    is_compressed_ = (static_cast<unsigned char>(header_[0]) & 0x40) != 0;
  }
  return true;
}

std::span<char> frame_reader::take_unmasked(std::span<char>& bytes) noexcept {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
  const std::span<char> chunk = bytes.first(size);
  unmask(chunk, mask_);
  std::rotate(mask_.begin(), mask_.begin() + (size & 3), mask_.end());
  bytes = bytes.subspan(size);
  remaining_ -= size;
  return chunk;
}

frame_reader::event frame_reader::read_control(std::span<char>& bytes) {
  const std::span<char> chunk = take_unmasked(bytes);
  if (remaining_ == 0 && control_.empty()) {
    payload_ = {chunk.data(), chunk.size()};
    return end_control();
  }
  control_.append(chunk.data(), chunk.size());
  if (remaining_ > 0) return event::none;
  payload_ = control_;
  is_delivered_ = true;
  return end_control();
}

frame_reader::event frame_reader::end_control() {
  in_payload_ = false;
  if (opcode_ == ping) return event::ping;
  if (opcode_ == pong) return event::pong;
  return end_close();
}

// RFC 6455, section 5.5.1: nothing, or a code and a reason in UTF-8.
frame_reader::event frame_reader::end_close() {
  if (payload_.empty()) {
    code_ = close_no_code;
    return event::close;
  }
  if (payload_.size() == 1) return fail(close_protocol_error);
  const auto code = static_cast<std::uint16_t>(big_endian(payload_.data(), 2));
  if (!may_be_sent(code)) return fail(close_protocol_error);
  payload_.remove_prefix(2);
  utf8_checker reason;
  if (!reason.feed(payload_) || !reason.is_complete()) return fail(close_bad_text);
  code_ = code;
  return event::close;
}

frame_reader::event frame_reader::read_message(std::span<char>& bytes) {
  const std::span<char> taken = take_unmasked(bytes);
  const std::string_view chunk{taken.data(), taken.size()};
  if (message_opcode_ == text && !is_compressed_ && !text_.feed(chunk)) return fail(close_bad_text);
  const bool is_whole = remaining_ == 0 && final_;
  if (is_whole && message_.empty()) {
    payload_ = chunk;
    return end_message();
  }
  hold(chunk);
  if (remaining_ == 0) in_payload_ = false;
  if (!is_whole) return event::none;
  payload_ = message_;
  is_delivered_ = true;
  return end_message();
}

frame_reader::event frame_reader::end_message() noexcept {
  const bool is_text = message_opcode_ == text;
  if (is_text && !is_compressed_ && !text_.is_complete()) return fail(close_bad_text);
  in_payload_ = false;
  message_opcode_ = 0;
  fragments_ = 0;
  message_bytes_ = 0;
  return is_text ? event::text : event::binary;
}

// A frame may announce much and send little: room grows with what has arrived.
void frame_reader::hold(std::string_view chunk) {
  const std::size_t size = message_.size() + chunk.size();
  if (size > message_.capacity())
    message_.reserve(
        static_cast<std::size_t>(std::min<std::uint64_t>(size * 2, size + remaining_)));
  message_.append(chunk);
}

frame_reader::event frame_reader::fail(std::uint16_t why) noexcept {
  payload_ = {};
  code_ = why;
  return event::failure;
}

}  // namespace troupe::transport
