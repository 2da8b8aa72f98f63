#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scenario.hpp"

namespace load {

/// The event that a scenario sends and that the server passes on: a name, and a text (or an
/// attachment) of which ten digits number the event and the rest is filling. So the receiver can
/// see that every one arrives once, in order and whole. Packets are Socket.IO v5, in JSON without
/// the Engine.IO `4`, or in MessagePack.
class numbered_event {
 public:
  static constexpr std::size_t number_digits = 10;

  explicit numbered_event(const scenario& what);

  /// The packet that a client sends. With `binary` the attachment follows it.
  std::string outgoing(std::uint64_t number) const;
  std::string attachment(std::uint64_t number) const { return body_of(number); }

  /// The number of a packet (or, with `binary`, of an attachment) that the server passed on. Ends
  /// the program if it is not whole.
  std::uint64_t number_of(std::string_view received) const;
  /// A packet that announces or is such an event, whatever it carries.
  bool matches(std::string_view packet) const noexcept { return packet.starts_with(head_); }

 private:
  std::string body_of(std::uint64_t number) const;
  std::string json(std::uint64_t number) const;

  const scenario& what_;
  std::string event_;    // The name it is sent under.
  std::string filling_;  // Of the text, behind the number.
  std::string head_;     // What a packet from the server begins with,
  std::string tail_;     // and ends with, behind the number.
};

}  // namespace load
