#include <troupe/protocol/utf8.hpp>

#include <cstdint>
#include <cstring>

namespace troupe::protocol {
namespace {

unsigned byte_at(std::string_view text, std::size_t index) noexcept {
  return static_cast<unsigned char>(text[index]);
}

bool is_continuation(std::string_view text, std::size_t index) noexcept {
  return (byte_at(text, index) & 0xc0U) == 0x80U;
}

bool is_between(unsigned byte, unsigned low, unsigned high) noexcept {
  return byte >= low && byte <= high;
}

}  // namespace

// RFC 3629, section 4: the second byte's range excludes overlong forms, surrogates and what lies
// past U+10FFFF.
std::size_t utf8_sequence_size(std::string_view text) noexcept {
  const unsigned lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || text.size() < 2) return 0;
  const unsigned second = byte_at(text, 1);
  if (lead < 0xe0) return is_continuation(text, 1) ? 2 : 0;
  if (lead < 0xf0) {
    const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : 0xbf;
    if (text.size() < 3 || !is_between(second, low, high)) return 0;
    return is_continuation(text, 2) ? 3 : 0;
  }
  if (lead > 0xf4 || text.size() < 4) return 0;
  const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;
  if (!is_between(second, low, high)) return 0;
  return is_continuation(text, 2) && is_continuation(text, 3) ? 4 : 0;
}

bool is_utf8(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  while (!text.empty()) {
    // Most text is ASCII: eight bytes at a time until one is not.
    while (text.size() >= sizeof(std::uint64_t)) {
      std::uint64_t word;
      std::memcpy(&word, text.data(), sizeof word);
      if ((word & high_bits) != 0) break;
      text.remove_prefix(sizeof word);
    }
    if (text.empty()) break;
    const std::size_t size = byte_at(text, 0) < 0x80 ? 1 : utf8_sequence_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace troupe::protocol
