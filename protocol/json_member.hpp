#pragma once

#include <cstddef>
#include <string_view>

namespace troupe::protocol::json {

/// Walks the members of an object in the order of its text. `object` is the text of an object that
/// scan() or another validator has accepted, and outlives the walk. Time linear in `object`, no
/// allocation.
class member_walk {
 public:
  explicit member_walk(std::string_view object) noexcept : object_(object) {}

  /// Goes to the next member; false behind the last.
  bool next() noexcept;
  /// The member's key, a string literal with its quotes.
  std::string_view key() const noexcept { return key_; }
  /// The member's value as it stands in the text, without space around.
  std::string_view value() const noexcept { return value_; }

 private:
  std::string_view object_;
  std::size_t at_ = 0;  // The brace or comma before the next member.
  std::string_view key_;
  std::string_view value_;
};

/// The value of `key` in an object, as it stands in the text, without space around; empty if there
/// is none. A repeated key's last value wins, as in JSON.parse. `object` is the text of an object
/// that scan() or another validator has accepted. Time linear in `object`, no allocation but for
/// keys with escapes.
std::string_view find_member(std::string_view object, std::string_view key);

}  // namespace troupe::protocol::json
