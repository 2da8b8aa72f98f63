#include <troupe/protocol/engineio/packet.hpp>

#include <troupe/protocol/base64.hpp>
#include <troupe/protocol/utf8.hpp>

namespace troupe::protocol::engineio {
namespace {

constexpr char separator = '\x1e';
constexpr char binary_mark = 'b';  // Stands in place of the type: it is always a message.

}  // namespace

result<packet_view> parse_packet(std::string_view text) noexcept {
  if (text.empty() || text[0] < '0' || text[0] > '6') return errc::bad_packet_type;
  return packet_view{static_cast<packet_type>(text[0]), false, text.substr(1)};
}

result<packet_view> parse_packet(std::string_view text, std::string& buffer) {
  if (text.empty() || text[0] != binary_mark) {
    if (!is_utf8(text)) return errc::bad_utf8;
    return parse_packet(text);
  }
  auto bytes = base64::decode(text.substr(1));
  if (!bytes) return bytes.error();
  buffer = std::move(*bytes);
  return packet_view{packet_type::message, true, buffer};
}

result<void> parse_payload(std::string_view payload,
                           const std::function<bool(const packet_view&)>& each) {
  std::string buffer;
  for (;;) {
    const std::size_t end = payload.find(separator);
    const auto packet = parse_packet(payload.substr(0, end), buffer);
    if (!packet) return packet.error();
    if (!each(*packet) || end == std::string_view::npos) return {};
    payload.remove_prefix(end + 1);
  }
}

void append_to_payload(std::string& payload, const frame& frame) {
  for (std::size_t i = 0; i < frame.part_count(); ++i) {
    const frame::part part = frame.part_at(i);
    if (!payload.empty()) payload.push_back(separator);
    if (part.binary) {
      payload.push_back(binary_mark);
      base64::append_encoded(payload, frame.message(part));
    } else {
      payload.append(frame.message(part));
    }
  }
}

std::size_t payload_size(const frame& frame) noexcept {
  std::size_t total = frame.part_count() - 1;  // The separators.
  for (std::size_t i = 0; i < frame.part_count(); ++i) {
    const frame::part part = frame.part_at(i);
    total += part.binary ? 1 + base64::encoded_size(part.size) : part.size;
  }
  return total;
}

}  // namespace troupe::protocol::engineio
