#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/protocol/frame.hpp>
#include <troupe/protocol/socketio/parser.hpp>

namespace troupe::protocol::socketio {

/// Encodes a server's packets: with the parser that it was given, else as JSON. Any thread.
class encoder {
 public:
  /// `chosen` null: JSON.
  explicit encoder(std::shared_ptr<const parser> chosen) : chosen_(std::move(chosen)) {}

  /// See encode_event.
  frame_ptr event(std::string_view nsp, std::span<const std::string_view> arguments,
                  std::optional<std::uint64_t> id = {},
                  std::span<const std::string_view> attachments = {}) const;
  /// See encode_ack.
  frame_ptr ack(std::string_view nsp, std::span<const std::string_view> arguments, std::uint64_t id,
                std::span<const std::string_view> attachments = {}) const;
  /// See encode_connect.
  frame_ptr connect(std::string_view nsp, std::string_view sid, std::string_view pid = {}) const;
  /// The reply to a client of Socket.IO 2, which knows its ids by itself: `40/nsp,`.
  frame_ptr connect_v4(std::string_view nsp) const;
  /// See encode_connect_error.
  frame_ptr connect_error(std::string_view nsp, std::string_view message,
                          std::string_view data = {}) const;
  /// To a client of Socket.IO 2: `44/nsp,` and `data` as it is, JSON text, or else the message as a
  /// string.
  frame_ptr connect_error_v4(std::string_view nsp, std::string_view message,
                             std::string_view data = {}) const;
  /// See encode_disconnect.
  frame_ptr disconnect(std::string_view nsp) const;

 private:
  frame_ptr control(packet_type type, std::string_view nsp, std::string_view payload) const;

  std::shared_ptr<const parser> chosen_;
};

}  // namespace troupe::protocol::socketio
