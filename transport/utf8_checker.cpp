#include <troupe/transport/utf8_checker.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace troupe::transport {

namespace {

const char* skip_ascii(const char* from, const char* end) noexcept {
  for (; end - from >= 8; from += 8) {
    std::uint64_t word;
    std::memcpy(&word, from, 8);
    if (word & 0x8080808080808080u) break;
  }
  while (from != end && static_cast<unsigned char>(*from) < 0x80) ++from;
  return from;
}

bool is_continuation(const char* at) noexcept {
  return (static_cast<unsigned char>(*at) & 0xC0) == 0x80;
}

// The length of the character at `at` if it is whole and valid, else 0 (then byte by byte).
std::size_t whole_character(const char* at, const char* end) noexcept {
  const auto lead = static_cast<unsigned char>(*at);
  if (lead >= 0xC2 && lead <= 0xDF) return end - at >= 2 && is_continuation(at + 1) ? 2 : 0;
  if (lead < 0xE1 || lead == 0xED || lead > 0xEF) return 0;
  return end - at >= 3 && is_continuation(at + 1) && is_continuation(at + 2) ? 3 : 0;
}

}  // namespace

bool utf8_checker::feed(std::string_view bytes) noexcept {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    if (awaited_ == 0) {
      at = skip_ascii(at, end);
      if (at == end) break;
      if (const std::size_t size = whole_character(at, end)) {
        at += size;
        continue;
      }
      if (!begin(static_cast<unsigned char>(*at++))) return false;
    } else {
      const auto next = static_cast<unsigned char>(*at++);
      if (next < low_ || next > high_) return false;
      low_ = 0x80;
      high_ = 0xBF;
      --awaited_;
    }
  }
  return true;
}

// RFC 3629, section 4: the second byte's range depends on the first byte.
bool utf8_checker::begin(unsigned char lead) noexcept {
  low_ = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  high_ = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF)
    awaited_ = 1;
  else if (lead >= 0xE0 && lead <= 0xEF)
    awaited_ = 2;
  else if (lead >= 0xF0 && lead <= 0xF4)
    awaited_ = 3;
  else
    return false;
  return true;
}

}  // namespace troupe::transport
