#include <troupe/protocol/json_placeholder.hpp>

#include <troupe/protocol/json.hpp>

#include <charconv>
#include <cmath>

namespace troupe::protocol::json {
namespace {

// A number token as JavaScript would use it for an index; open_object::no_number if it is not a
// whole one.
std::uint64_t whole_number(std::string_view token) noexcept {
  const char* const end = token.data() + token.size();
  std::uint64_t number = 0;
  const auto whole = std::from_chars(token.data(), end, number);
  if (whole.ec == std::errc() && whole.ptr == end) return number;
  double real = 0;
  if (std::from_chars(token.data(), end, real).ec != std::errc()) return open_object::no_number;
  constexpr double exact_max = 9007199254740992.0;  // 2^53
  return real >= 0 && real <= exact_max && real == std::floor(real)
             ? static_cast<std::uint64_t>(real)
             : open_object::no_number;
}

}  // namespace

open_object::key open_object::key_of(std::string_view literal) {
  if (literal == "\"_placeholder\"") return key::placeholder;
  if (literal == "\"num\"") return key::num;
  constexpr std::size_t escaped_size_max = 12 * 6 + 2;  // Each letter of _placeholder as \uXXXX.
  if (literal.size() > escaped_size_max || literal.find('\\') == std::string_view::npos) {
    return key::other;
  }
  const std::string name = unescape(literal);
  if (name == "_placeholder") return key::placeholder;
  return name == "num" ? key::num : key::other;
}

void open_object::number_ends(std::string_view token) noexcept {
  if (current == key::num) number = whole_number(token);
}

}  // namespace troupe::protocol::json
