#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <troupe/protocol/engineio/packet.hpp>
#include <troupe/protocol/error.hpp>
#include <troupe/protocol/frame.hpp>

// The wire form of Engine.IO's protocol revision 3, which the clients of Socket.IO 1 and 2 speak.
// Packets are the same as in revision 4, their payloads and binary forms are not.
// Source: Engine.IO protocol v3; engine.io "parser-v3".

namespace troupe::protocol::engineio::v3 {

/// Parses one packet as a WebSocket message carries it: text ("4hello", or "b4AQID" for binary, in
/// base64 decoded into `buffer`) or binary (the type as its first byte, 0 to 6). Errors:
/// bad_packet_type, bad_base64, bad_utf8.
result<packet_view> parse_packet(std::string_view message, bool binary, std::string& buffer);

/// Walks a polling payload and hands each packet to `each`, as engineio::parse_payload does.
/// Text: "6:4hello3:4☂!", lengths in UTF-16 code units; an empty packet is passed over. `binary`:
/// per packet 0 for text or 1 for binary, the length in bytes as digits 0 to 9, 255, the packet.
/// Errors: as parse_packet, bad_payload for a length that is missing or not true.
result<void> parse_payload(std::string_view payload, bool binary,
                           const std::function<bool(const packet_view&)>& each);

/// `from` as revision 3 writes it: a binary message begins with its packet type, or, with `base64`,
/// is text ("b4AQID"). Text is the same in both revisions: a frame without binary gives null.
frame_ptr translate(const frame& from, bool base64);

/// What answers a GET.
struct payload {
  std::string bytes;
  bool binary = false;  ///< application/octet-stream, else text.
};
/// Joins frames, translated where they hold binary, to one payload: of the binary form if any of
/// them does.
payload make_payload(std::span<const frame_ptr> frames);

}  // namespace troupe::protocol::engineio::v3
