#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <troupe/protocol/error.hpp>
#include <troupe/protocol/frame.hpp>

namespace troupe::protocol::engineio {

/// Engine.IO v4 packet types; the value is the digit on the wire.
enum class packet_type : char {
  open = '0',
  close = '1',
  ping = '2',
  pong = '3',
  message = '4',
  upgrade = '5',
  noop = '6',
};

/// One received packet. Borrows the received text, except a polling payload's binary messages,
/// which borrow the decoder's buffer until the next call.
struct packet_view {
  packet_type type = packet_type::noop;
  bool binary = false;  ///< Only for `message`.
  std::string_view data;
};

/// Parses one text packet (a WebSocket text message: "4hello"). Errors: bad_packet_type for an
/// empty text or an unknown digit. Pure, never throws.
/// Source: Engine.IO protocol v4, "Packet encoding".
result<packet_view> parse_packet(std::string_view text) noexcept;
/// The same, of text that nobody checked: takes the polling form of a binary message too ("bAQID",
/// which a client may also choose on a WebSocket), decoded into `buffer`. More errors: bad_base64,
/// bad_utf8.
result<packet_view> parse_packet(std::string_view text, std::string& buffer);

/// Walks a polling payload ("4a\x1e4b\x1ebAQID") and hands each packet to `each` in order; stops
/// early when `each` returns false. Errors: as parse_packet, bad_base64, bad_utf8; what stood
/// before the bad packet has been handed out by then, as the reference does.
/// Source: Engine.IO protocol v4, "HTTP long-polling", "Payload encoding".
result<void> parse_payload(std::string_view payload,
                           const std::function<bool(const packet_view&)>& each);

/// Appends every message of `frame` to a polling payload, with separators: a binary message as
/// `b` and padded base64.
void append_to_payload(std::string& payload, const frame& frame);
/// The bytes that append_to_payload would add to an empty payload.
std::size_t payload_size(const frame& frame) noexcept;

}  // namespace troupe::protocol::engineio
