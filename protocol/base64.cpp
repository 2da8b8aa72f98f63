#include <troupe/protocol/base64.hpp>

#include <array>
#include <cstdint>

namespace troupe::protocol::base64 {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t not_in_alphabet = 0xff;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(not_in_alphabet);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto values = make_values();

std::uint32_t byte_at(std::string_view bytes, std::size_t index) noexcept {
  return static_cast<unsigned char>(bytes[index]);
}

char digit(std::uint32_t group, int shift) noexcept {
  return alphabet[(group >> shift) & 0x3f];
}

}  // namespace

void append_encoded(std::string& out, std::string_view bytes) {
  out.reserve(out.size() + encoded_size(bytes.size()));
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t group =
        byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    const char digits[4] = {digit(group, 18), digit(group, 12), digit(group, 6), digit(group, 0)};
    out.append(digits, 4);
  }
  const std::size_t left = bytes.size() - i;
  if (left == 0) return;
  const std::uint32_t group =
      byte_at(bytes, i) << 16 | (left == 2 ? byte_at(bytes, i + 1) << 8 : 0);
  const char digits[4] = {digit(group, 18), digit(group, 12), left == 2 ? digit(group, 6) : '=',
                          '='};
  out.append(digits, 4);
}

result<std::string> decode(std::string_view text) {
  if (!text.empty() && text.size() % 4 == 0 && text.back() == '=') {
    text.remove_suffix(text[text.size() - 2] == '=' ? 2 : 1);
  }
  if (text.size() % 4 == 1) return errc::bad_base64;
  std::string out(text.size() / 4 * 3 + (text.size() % 4 * 3) / 4, '\0');
  std::size_t at = 0;
  std::uint32_t group = 0;
  int digits = 0;
  for (const char c : text) {
    const std::uint8_t value = values[static_cast<unsigned char>(c)];
    if (value == not_in_alphabet) return errc::bad_base64;
    group = group << 6 | value;
    if (++digits < 4) continue;
    for (const int shift : {16, 8, 0}) out[at++] = static_cast<char>((group >> shift) & 0xff);
    digits = 0;
  }
  // Two digits left over make one byte, three make two.
  if (digits >= 2) out[at++] = static_cast<char>((group >> (digits * 6 - 8)) & 0xff);
  if (digits == 3) out[at++] = static_cast<char>((group >> 2) & 0xff);
  return out;
}

}  // namespace troupe::protocol::base64
