#pragma once

#include <cstddef>

namespace troupe::transport {

constexpr std::size_t frame_header_bytes_max = 10;

/// Writes the header of an unmasked WebSocket frame (RFC 6455, section 5.2), `first` being its
/// first byte. Gives its size, at most frame_header_bytes_max.
inline std::size_t put_frame_header(char* to, unsigned first, std::size_t size) noexcept {
  to[0] = static_cast<char>(first);
  const std::size_t extended = size < 126 ? 0 : size < 65'536 ? 2 : 8;
  to[1] = static_cast<char>(extended == 0 ? size : extended == 2 ? 126 : 127);
  for (std::size_t i = 0; i < extended; ++i)
    to[2 + i] = static_cast<char>(size >> (8 * (extended - 1 - i)));
  return 2 + extended;
}

}  // namespace troupe::transport
