#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::harness::frames {

enum frame_kind : unsigned char {
  more = 0,
  text = 1,
  binary = 2,
  closing = 8,
  ping = 9,
  pong = 10
};

inline std::string frame_length(std::size_t size, unsigned char mask_bit, std::size_t extended) {
  std::string bytes(1, static_cast<char>(mask_bit | (extended == 0   ? size
                                                     : extended == 2 ? 126
                                                                     : 127)));
  for (std::size_t i = 0; i < extended; ++i)
    bytes += static_cast<char>(size >> (8 * (extended - 1 - i)));
  return bytes;
}

inline std::size_t shortest_length(std::size_t size) {
  return size < 126 ? 0 : size < 65'536 ? 2 : 8;
}

/// A masked frame as clients send it. `first` has the opcode; FIN is added unless `is_final` is
/// not.
inline std::string client_frame(unsigned char opcode, std::string_view payload,
                                bool is_final = true, const char* mask = "\x12\x9A\x5C\xF3") {
  std::string bytes(1, static_cast<char>((is_final ? 0x80 : 0) | opcode));
  bytes += frame_length(payload.size(), 0x80, shortest_length(payload.size()));
  bytes.append(mask, 4);
  for (std::size_t i = 0; i < payload.size(); ++i)
    bytes += static_cast<char>(payload[i] ^ mask[i % 4]);
  return bytes;
}

/// An unmasked frame as the server must send it.
inline std::string server_frame(unsigned char opcode, std::string_view payload) {
  std::string bytes(1, static_cast<char>(0x80 | opcode));
  bytes += frame_length(payload.size(), 0, shortest_length(payload.size()));
  bytes += payload;
  return bytes;
}

/// The payload of a Close frame.
inline std::string close_payload(std::uint16_t code, std::string_view reason = {}) {
  std::string bytes{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return bytes.append(reason);
}

}  // namespace troupe::harness::frames
