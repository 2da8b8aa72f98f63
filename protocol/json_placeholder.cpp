#include <troupe/protocol/json_placeholder.hpp>

#include <troupe/protocol/json.hpp>
#include <troupe/protocol/json_literal.hpp>

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

constexpr std::string_view mark_name = "_placeholder";
constexpr std::string_view mark_value = "true";

// None of its letters has a short escape.
bool may_have_mark(std::string_view text) noexcept {
  return text.find(mark_name) != text.npos || text.find("\\u") != text.npos;
}

// Where, from `at` on, the next mark's value stands; npos if there is none. `at` is between tokens.
std::size_t next_mark(std::string_view text, std::size_t at) {
  constexpr std::string_view space = " \t\n\r";
  while ((at = text.find('"', at)) != text.npos) {
    const std::size_t end = end_of_string(text, at);
    const std::string_view literal = text.substr(at, end - at);
    at = text.find_first_not_of(space, end);
    if (at == text.npos || text[at] != ':') continue;  // No key.
    at = text.find_first_not_of(space, at + 1);
    if (at == text.npos) break;
    if (text[at] == 't' && open_object::key_of(literal) == open_object::key::placeholder) return at;
  }
  return text.npos;
}

}  // namespace

bool has_placeholder_mark(std::string_view text) {
  return may_have_mark(text) && next_mark(text, 0) != text.npos;
}

void append_without_marks(std::string& out, std::string_view text) {
  std::size_t copied = 0;
  if (may_have_mark(text)) {
    for (std::size_t at = 0; (at = next_mark(text, at)) != text.npos; copied = at) {
      out.append(text.substr(copied, at - copied)).append("false");
      at += mark_value.size();
    }
  }
  out.append(text.substr(copied));
}

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
