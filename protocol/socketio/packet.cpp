#include <troupe/protocol/socketio/packet.hpp>

#include <troupe/protocol/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace troupe::protocol::socketio {
namespace {

constexpr std::array<std::string_view, 6> reserved_events = {
    "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"};

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::size_t leading_digits(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) -
                                  text.begin());
}

bool is_binary(packet_type type) noexcept {
  return type == packet_type::binary_event || type == packet_type::binary_ack;
}

// The parts of the header, each cut off the front of `text`.

result<packet_type> take_type(std::string_view& text) {
  if (text.empty() || text[0] < '0' || text[0] > '6') return errc::bad_packet_type;
  const auto type = static_cast<packet_type>(text[0]);
  text.remove_prefix(1);
  return type;
}

result<std::size_t> take_attachments(std::string_view& text, std::size_t max) {
  const std::size_t digits = leading_digits(text);
  if (digits == 0 || digits == text.size() || text[digits] != '-') return errc::bad_attachments;
  std::size_t count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + digits, count);
  if (parsed.ec != std::errc() || count > max) return errc::too_many_attachments;
  if (count == 0) return errc::bad_attachments;
  text.remove_prefix(digits + 1);
  return count;
}

result<std::string_view> take_namespace(std::string_view& text, const limits& bounds) {
  if (text.empty() || text[0] != '/') return std::string_view("/");
  const std::string_view nsp = text.substr(0, text.find(','));
  const auto checked = check_namespace(nsp, bounds);
  if (!checked) return checked.error();
  text.remove_prefix(std::min(nsp.size() + 1, text.size()));
  return nsp;
}

result<std::optional<std::uint64_t>> take_id(std::string_view& text) {
  const std::size_t digits = leading_digits(text);
  if (digits == 0) return std::optional<std::uint64_t>();
  std::uint64_t id = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + digits, id);
  if (parsed.ec != std::errc()) return errc::bad_ack_id;
  text.remove_prefix(digits);
  return std::optional<std::uint64_t>(id);
}

bool is_event_name(std::string_view json) {
  if (json[0] != '"') return json[0] == '-' || is_digit(json[0]);
  if (json.find('\\') == std::string_view::npos) {
    return !is_reserved_event(json.substr(1, json.size() - 2));
  }
  return !is_reserved_event(json::unescape(json));
}

bool allows(packet_type type, json::kind kind) noexcept {
  switch (type) {
    case packet_type::connect:
      return kind == json::kind::object;
    case packet_type::disconnect:
      return false;
    case packet_type::connect_error:
      return kind == json::kind::object || kind == json::kind::string;
    default:
      return kind == json::kind::array;
  }
}

}  // namespace

bool is_reserved_event(std::string_view name) noexcept {
  return std::find(reserved_events.begin(), reserved_events.end(), name) != reserved_events.end();
}

result<void> check_namespace(std::string_view nsp, const limits& bounds) {
  if (nsp.size() > bounds.namespace_bytes_max) return errc::namespace_too_long;
  const bool has_wrong = std::any_of(nsp.begin(), nsp.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || byte == ',';
  });
  if (has_wrong || nsp.empty() || nsp[0] != '/') return errc::bad_namespace;
  return {};
}

result<void> check_payload(packet_view& packet, const limits& bounds) {
  const bool is_event =
      packet.type == packet_type::event || packet.type == packet_type::binary_event;
  const bool is_ack = packet.type == packet_type::ack || packet.type == packet_type::binary_ack;
  if (packet.payload.empty()) {
    if (is_event || is_ack) return errc::bad_payload;
    return {};
  }
  // The reference takes the space of `42 ["x"]` for ack id 0; nothing sends it.
  constexpr std::string_view starts = "[{\"";
  if (packet.type == packet_type::disconnect || starts.find(packet.payload[0]) == starts.npos) {
    return errc::bad_payload;
  }
  auto scanned = json::scan(packet.payload, {bounds.json_depth_max, bounds.arguments_max},
                            packet.attachments > 0);
  if (!scanned) return scanned.error();
  if (!allows(packet.type, scanned->type)) return errc::bad_payload;
  if (is_event) {
    if (scanned->elements.empty()) return errc::bad_payload;
    if (!is_event_name(scanned->elements[0])) return errc::bad_event_name;
  }
  // One attachment may stand in several places. Each may become a copy, so their number is bounded.
  if (scanned->placeholders.size() > std::max(packet.attachments, bounds.attachments_max))
    return errc::too_many_attachments;
  for (const json::placeholder& placeholder : scanned->placeholders) {
    if (placeholder.number >= packet.attachments) return errc::bad_attachments;
  }
  packet.arguments = std::move(scanned->elements);
  return {};
}

result<packet_view> parse(std::string_view text, const limits& bounds) {
  packet_view packet;
  const auto type = take_type(text);
  if (!type) return type.error();
  packet.type = *type;
  if (is_binary(packet.type)) {
    const auto attachments = take_attachments(text, bounds.attachments_max);
    if (!attachments) return attachments.error();
    packet.attachments = *attachments;
  }
  const auto nsp = take_namespace(text, bounds);
  if (!nsp) return nsp.error();
  packet.nsp = *nsp;
  const auto id = take_id(text);
  if (!id) return id.error();
  packet.id = *id;
  packet.payload = text;
  const auto payload = check_payload(packet, bounds);
  if (!payload) return payload.error();
  return packet;
}

}  // namespace troupe::protocol::socketio
