#include <troupe/protocol/json_number.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace troupe::protocol::json {
namespace {

// Whether a number that no double holds is too small, not too large: by the decimal place of its
// first digit that is not zero.
bool is_underflow(std::string_view token) noexcept {
  const std::size_t mark = std::min(token.find_first_of("eE"), token.size());
  const std::string_view mantissa = token.substr(0, mark);
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mark));
  const auto first = static_cast<std::int64_t>(mantissa.find_first_of("123456789"));
  const std::int64_t place = first < point ? point - first - 1 : point - first;
  if (mark == token.size()) return place < 0;
  std::string_view digits = token.substr(mark + 1);
  if (digits[0] == '+') digits.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (parsed.ec != std::errc()) return digits[0] == '-';
  return exponent < -place;
}

}  // namespace

std::optional<double> parse_number(std::string_view token) noexcept {
  double number = 0;
  const auto parsed = std::from_chars(token.data(), token.data() + token.size(), number);
  if (parsed.ec == std::errc()) return number;
  return is_underflow(token) ? std::optional<double>(0.0) : std::nullopt;
}

}  // namespace troupe::protocol::json
