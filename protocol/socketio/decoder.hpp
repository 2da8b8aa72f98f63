#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <troupe/protocol/error.hpp>
#include <troupe/protocol/limits.hpp>
#include <troupe/protocol/socketio/packet.hpp>

namespace troupe {
struct received_packet;
}

namespace troupe::protocol::socketio {

/// A received packet with all its attachments, owning its bytes. Immutable and shared: values that
/// a handler keeps or forwards hold a reference to it, never a copy.
class packet {
 public:
  explicit packet(std::string text) : text_(std::move(text)) {}
  packet(const packet&) = delete;
  packet& operator=(const packet&) = delete;

  const packet_view& view() const noexcept { return view_; }
  std::span<const std::string> attachments() const noexcept { return attachments_; }

 private:
  friend class decoder;
  friend result<std::shared_ptr<const packet>> make_packet(received_packet parts,
                                                           const limits& bounds);
  std::string text_;
  packet_view view_;
  std::vector<std::string> attachments_;
};

using packet_ptr = std::shared_ptr<const packet>;
/// See parser.hpp.
result<packet_ptr> make_packet(received_packet parts, const limits& bounds);

/// Puts text and binary messages of one client together into whole packets. Holds at most one
/// unfinished packet: its text and at most limits.attachments_max attachments.
/// Thread: the client's shard.
class decoder {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit decoder(const limits& bounds) : bounds_(bounds) {}

  /// The packet, or null while attachments are missing. Errors: as parse(); unexpected_text while
  /// attachments are awaited. After an error the decoder is only fit to be destroyed.
  result<packet_ptr> text(std::string data, time_point now);
  /// Errors: unexpected_binary when none is awaited.
  result<packet_ptr> binary(std::string data);

  /// When an unfinished packet has waited limits.attachments_timeout; max() when none waits. The
  /// owner closes the client then (errc::timed_out).
  time_point deadline() const noexcept;

 private:
  const limits& bounds_;
  std::shared_ptr<packet> unfinished_;
  time_point deadline_ = time_point::max();
};

}  // namespace troupe::protocol::socketio
