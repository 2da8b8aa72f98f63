#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/protocol/error.hpp>
#include <troupe/protocol/frame.hpp>
#include <troupe/protocol/limits.hpp>

namespace troupe::protocol::socketio {

/// Socket.IO v5 packet types; the value is the digit on the wire.
enum class packet_type : char {
  connect = '0',
  disconnect = '1',
  event = '2',
  ack = '3',
  connect_error = '4',
  binary_event = '5',
  binary_ack = '6',
};

/// One parsed packet's header and payload; borrows the text it was parsed from.
struct packet_view {
  packet_type type = packet_type::event;
  std::size_t attachments = 0;      ///< Announced: 1..limits.attachments_max for 5 and 6.
  std::string_view nsp = "/";       ///< "/" or "/admin"; as sent, a query is not cut off.
  std::optional<std::uint64_t> id;  ///< Ack id.
  std::string_view payload;         ///< JSON text; empty if there is none.
  /// The elements of the payload's array for events (the name first) and acks: JSON slices.
  std::vector<std::string_view> arguments;
};

/// Parses one text packet ("2[\"chat\",1]") and validates all of it: type, attachment count,
/// namespace, ack id, JSON, the kind of payload the type wants, the event's name, placeholders of
/// a binary packet (`num` in 0..attachments-1, bounded in number). Iterative: no recursion on
/// input. `text` is UTF-8 already checked, and outlives the result. Errors: bad_packet_type,
/// bad_attachments, too_many_attachments, bad_namespace, namespace_too_long, bad_ack_id, bad_json,
/// json_too_deep, too_many_arguments, bad_payload, bad_event_name. Pure: any thread, no I/O.
/// Source: Socket.IO protocol v5, "Packet encoding"; FEATURES 2.4.
result<packet_view> parse(std::string_view text, const limits& bounds);

/// The part of parse() behind the header: checks `packet.payload` against the packet's type and
/// fills the arguments. Errors: bad_json, json_too_deep, too_many_arguments, bad_payload,
/// bad_event_name, bad_attachments, too_many_attachments.
result<void> check_payload(packet_view& packet, const limits& bounds);
/// Errors: bad_namespace for one that does not begin with a slash, or with control characters or a
/// comma in it, namespace_too_long.
result<void> check_namespace(std::string_view nsp, const limits& bounds);

/// True for the names that an application may not use for its events: connect, connect_error,
/// disconnect, disconnecting, newListener, removeListener.
bool is_reserved_event(std::string_view name) noexcept;

/// Encoders: the whole Engine.IO message, `4` first, ready to be queued. `arguments` are JSON
/// texts; placeholders in them number `attachments` in order. Never fail but for memory.
frame_ptr encode_event(std::string_view nsp, std::span<const std::string_view> arguments,
                       std::optional<std::uint64_t> id = {},
                       std::span<const std::string_view> attachments = {});
frame_ptr encode_ack(std::string_view nsp, std::span<const std::string_view> arguments,
                     std::uint64_t id, std::span<const std::string_view> attachments = {});
/// `40/nsp,{"sid":"..."}`, with `"pid"` if it is not empty.
frame_ptr encode_connect(std::string_view nsp, std::string_view sid, std::string_view pid = {});
/// `44/nsp,{"message":"..."}`; `data` is JSON text, left out if empty.
frame_ptr encode_connect_error(std::string_view nsp, std::string_view message,
                               std::string_view data = {});
/// `41` or `41/nsp,`.
frame_ptr encode_disconnect(std::string_view nsp);
/// A packet without ack id or attachments; `payload` is JSON text or empty.
frame_ptr encode_control(packet_type type, std::string_view nsp, std::string_view payload);
/// The payloads of connect and connect_error.
std::string connect_payload(std::string_view sid, std::string_view pid);
std::string connect_error_payload(std::string_view message, std::string_view data);

}  // namespace troupe::protocol::socketio
