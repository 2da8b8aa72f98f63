#pragma once

#include <chrono>
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
#include <troupe/protocol/socketio/decoder.hpp>
#include <troupe/protocol/socketio/packet.hpp>

// The seam between Socket.IO's packets and how they look inside Engine.IO messages. Without a
// parser of its own (options::parser) a server speaks the protocol's JSON, and none of this is
// called. <troupe/msgpack.hpp> has one; one of your own derives from `parser`.

namespace troupe {

/// A packet to be encoded. Borrows everything.
struct outgoing_packet {
  /// connect, disconnect, event, ack or connect_error: binary_event and binary_ack are JSON's own.
  protocol::socketio::packet_type type;
  std::string_view nsp;             ///< "/", "/admin"
  std::optional<std::uint64_t> id;  ///< Of an ack, or of an event that wants one.
  /// Of an event (its name first) or an ack: JSON texts. `{"_placeholder":true,"num":N}` in them
  /// stands for attachments[N].
  std::span<const std::string_view> arguments;
  std::span<const std::string_view> attachments;
  /// Of connect and connect_error: a JSON text, empty for none.
  std::string_view payload;
};

/// Turns the Engine.IO messages of one client into packets. Thread: the client's shard. What it
/// throws ends that client.
class packet_decoder {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  virtual ~packet_decoder() = default;
  /// Takes one message, at most limits::payload_bytes_max bytes; text is UTF-8. Gives a packet (see
  /// make_packet), or null when more messages belong to it. Any error closes the client; after one
  /// the decoder is not called again.
  virtual protocol::result<protocol::socketio::packet_ptr> decode(std::string message, bool binary,
                                                                  time_point now) = 0;
  /// When the client is to be closed because the rest of a packet did not come; max() for never.
  virtual time_point deadline() const noexcept { return time_point::max(); }
};

/// Another encoding of Socket.IO's packets, for all clients of a server: they must use it too.
/// Lives as long as the server. `encode` is called once per emit or broadcast, whoever and how many
/// receive it. Thread: any, several at a time.
class parser {
 public:
  virtual ~parser() = default;
  /// For one client; `bounds` outlives it.
  virtual std::unique_ptr<packet_decoder> make_decoder(const protocol::limits& bounds) const = 0;
  /// One or more whole Engine.IO messages, which are kept together: text begins with the packet
  /// type `4`, binary (frame::binary, frame::of) has none. Never null. What it throws comes out of
  /// a direct emit, drops a broadcast (logged; an ack of it fails), and ends a socket whose ack it
  /// was for, and a client whose CONNECT or DISCONNECT it was for.
  virtual protocol::frame_ptr encode(const outgoing_packet& packet) const = 0;
};

/// The parts of a received packet, for decoders. `payload` is JSON text: of an event the array with
/// its name first, of an ack the array of its arguments; an object for connect, maybe empty;
/// placeholders mean `attachments`.
struct received_packet {
  protocol::socketio::packet_type type = protocol::socketio::packet_type::event;
  std::string nsp = "/";
  std::optional<std::uint64_t> id{};
  std::string payload{};
  std::vector<std::string> attachments{};
};

/// Checks a received packet as the JSON parser does and makes it one. Type as in outgoing_packet.
/// Errors: bad_packet_type, bad_namespace, namespace_too_long, bad_utf8, bad_json, json_too_deep,
/// too_many_arguments, bad_payload, bad_event_name, bad_attachments, too_many_attachments.
using protocol::socketio::make_packet;

}  // namespace troupe
