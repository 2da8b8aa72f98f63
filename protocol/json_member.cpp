#include <troupe/protocol/json_member.hpp>

#include <troupe/protocol/json.hpp>
#include <troupe/protocol/json_literal.hpp>

#include <cstddef>

namespace troupe::protocol::json {
namespace {

constexpr std::string_view space = " \t\n\r";

// The place of the comma or brace behind the member's value that begins at `at`.
std::size_t end_of_value(std::string_view text, std::size_t at) noexcept {
  for (std::size_t depth = 0;;) {
    at = text.find_first_of("\"{}[],", at);
    const char c = text[at];
    if (depth == 0 && (c == ',' || c == '}')) return at;
    if (c == '"') {
      at = end_of_string(text, at);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
}

bool is_key(std::string_view literal, std::string_view key) {
  if (literal.find('\\') != literal.npos) return unescape(literal) == key;
  return literal.substr(1, literal.size() - 2) == key;
}

}  // namespace

bool member_walk::next() noexcept {
  if (object_[at_] == '}') return false;
  const std::size_t begin = object_.find_first_not_of(space, at_ + 1);
  if (object_[begin] == '}') return false;
  const std::size_t end = end_of_string(object_, begin);
  const std::size_t from = object_.find_first_not_of(space, object_.find(':', end) + 1);
  at_ = end_of_value(object_, from);
  key_ = object_.substr(begin, end - begin);
  value_ = object_.substr(from, at_ - from);
  value_ = value_.substr(0, value_.find_last_not_of(space) + 1);
  return true;
}

std::string_view find_member(std::string_view object, std::string_view key) {
  std::string_view found;
  for (member_walk walk(object); walk.next();) {
    if (is_key(walk.key(), key)) found = walk.value();
  }
  return found;
}

}  // namespace troupe::protocol::json
