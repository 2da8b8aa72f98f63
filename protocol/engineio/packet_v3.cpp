#include <troupe/protocol/engineio/packet_v3.hpp>

#include <troupe/protocol/base64.hpp>
#include <troupe/protocol/utf8.hpp>

#include <charconv>
#include <optional>
#include <vector>

namespace troupe::protocol::engineio::v3 {
namespace {

constexpr char base64_mark = 'b';
constexpr char message_byte = 4;
constexpr char text_mark = 0;
constexpr char binary_mark = 1;
constexpr char length_end = '\xff';
// No payload that is accepted has a length of more digits.
constexpr std::size_t length_digits_max = 18;

// The UTF-16 code units that the UTF-8 code point beginning with `lead` takes; none for a byte
// that continues one.
std::size_t utf16_units(char lead) noexcept {
  const auto byte = static_cast<unsigned char>(lead);
  if ((byte & 0xc0) == 0x80) return 0;
  return byte >= 0xf0 ? 2 : 1;
}

std::size_t utf16_size(std::string_view text) noexcept {
  std::size_t units = 0;
  for (const char c : text) units += utf16_units(c);
  return units;
}

// The bytes of the first `units` code units of `text`, which is UTF-8; none if it has fewer or if
// they end within a code point.
std::optional<std::size_t> bytes_of_units(std::string_view text, std::size_t units) noexcept {
  std::size_t at = 0;
  while (units > 0 && at < text.size()) {
    const std::size_t step = utf16_units(text[at]);
    if (step > units) return std::nullopt;
    units -= step;
    at += utf8_sequence_size(text.substr(at));
  }
  if (units > 0) return std::nullopt;
  return at;
}

// Cuts "123:" off the front of a text payload.
result<std::size_t> take_length(std::string_view& payload) {
  const std::size_t end = payload.find(':');
  if (end == 0 || end > length_digits_max) return errc::bad_payload;
  std::size_t length = 0;
  const auto parsed = std::from_chars(payload.data(), payload.data() + end, length);
  if (parsed.ec != std::errc() || parsed.ptr != payload.data() + end) return errc::bad_payload;
  payload.remove_prefix(end + 1);
  return length;
}

result<void> parse_text_payload(std::string_view payload,
                                const std::function<bool(const packet_view&)>& each) {
  if (payload.empty()) return errc::bad_payload;
  if (!is_utf8(payload)) return errc::bad_utf8;
  std::string buffer;
  while (!payload.empty()) {
    const auto units = take_length(payload);
    if (!units) return units.error();
    const auto size = bytes_of_units(payload, *units);
    if (!size) return errc::bad_payload;
    if (*size == 0) continue;
    const auto packet = parse_packet(payload.substr(0, *size), false, buffer);
    if (!packet) return packet.error();
    if (!each(*packet)) return {};
    payload.remove_prefix(*size);
  }
  return {};
}

// Cuts the digits and the byte behind them off the front of a binary payload.
result<std::size_t> take_binary_length(std::string_view& payload) {
  const std::size_t end = payload.find(length_end);
  if (end == 0 || end > length_digits_max) return errc::bad_payload;
  std::size_t length = 0;
  for (const char c : payload.substr(0, end)) {
    const auto digit = static_cast<unsigned char>(c);
    if (digit > 9) return errc::bad_payload;
    length = length * 10 + digit;
  }
  payload.remove_prefix(end + 1);
  if (length > payload.size()) return errc::bad_payload;
  return length;
}

result<void> parse_binary_payload(std::string_view payload,
                                  const std::function<bool(const packet_view&)>& each) {
  std::string buffer;
  while (!payload.empty()) {
    const char mark = payload[0];
    if (mark != text_mark && mark != binary_mark) return errc::bad_payload;
    payload.remove_prefix(1);
    const auto size = take_binary_length(payload);
    if (!size) return size.error();
    const auto packet = parse_packet(payload.substr(0, *size), mark == binary_mark, buffer);
    if (!packet) return packet.error();
    if (!each(*packet)) return {};
    payload.remove_prefix(*size);
  }
  return {};
}

// Appends the length of `message` and the byte behind it.
void append_binary_length(std::string& out, std::size_t length) {
  for (const char digit : std::to_string(length)) out.push_back(static_cast<char>(digit - '0'));
  out.push_back(length_end);
}

}  // namespace

result<packet_view> parse_packet(std::string_view message, bool binary, std::string& buffer) {
  if (binary) {
    if (message.empty() || static_cast<unsigned char>(message[0]) > 6) return errc::bad_packet_type;
    return packet_view{static_cast<packet_type>(message[0] + '0'), true, message.substr(1)};
  }
  if (message.empty() || message[0] != base64_mark) return engineio::parse_packet(message, buffer);
  if (message.size() < 2 || message[1] < '0' || message[1] > '6') return errc::bad_packet_type;
  auto bytes = base64::decode(message.substr(2));
  if (!bytes) return bytes.error();
  buffer = std::move(*bytes);
  return packet_view{static_cast<packet_type>(message[1]), true, buffer};
}

result<void> parse_payload(std::string_view payload, bool binary,
                           const std::function<bool(const packet_view&)>& each) {
  return binary ? parse_binary_payload(payload, each) : parse_text_payload(payload, each);
}

frame_ptr translate(const frame& from, bool base64) {
  std::vector<frame::message_view> messages;
  std::vector<std::string> written;
  bool has_binary = false;
  written.reserve(from.part_count());
  for (std::size_t i = 0; i < from.part_count(); ++i) {
    const frame::part part = from.part_at(i);
    const std::string_view message = from.message(part);
    if (!part.binary) {
      messages.push_back({message, false});
      continue;
    }
    has_binary = true;
    std::string& made = written.emplace_back(base64 ? "b4" : std::string(1, message_byte));
    if (base64)
      base64::append_encoded(made, message);
    else
      made.append(message);
    messages.push_back({made, !base64});
  }
  return has_binary ? std::make_shared<const frame>(frame::of(messages)) : nullptr;
}

payload make_payload(std::span<const frame_ptr> frames) {
  payload made;
  const auto each_part = [&](auto&& visit) {
    for (const frame_ptr& one : frames)
      for (std::size_t i = 0; i < one->part_count(); ++i)
        visit(one->message(one->part_at(i)), one->part_at(i).binary);
  };
  std::size_t size = 0;
  each_part([&](std::string_view message, bool binary) {
    size += message.size() + length_digits_max;
    made.binary |= binary;
  });
  made.bytes.reserve(size);
  each_part([&](std::string_view message, bool binary) {
    if (made.binary) {
      made.bytes.push_back(binary ? binary_mark : text_mark);
      append_binary_length(made.bytes, message.size());
    } else {
      made.bytes.append(std::to_string(utf16_size(message))).push_back(':');
    }
    made.bytes.append(message);
  });
  return made;
}

}  // namespace troupe::protocol::engineio::v3
