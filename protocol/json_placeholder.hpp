#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace troupe::protocol::json {

/// What a scan must know of an open object to tell, at its end, whether it is a placeholder. A
/// repeated key's last value wins, as in JSON.parse. Source: socket.io-parser, "reconstructPacket".
struct open_object {
  enum class key : std::uint8_t { other, placeholder, num };
  static constexpr std::uint64_t no_number = std::numeric_limits<std::uint64_t>::max();

  std::size_t offset;               ///< Of its `{` in the text.
  std::size_t placeholders_before;  ///< Found before it opened.
  std::uint64_t number = no_number;
  key current = key::other;
  bool is_placeholder = false;

  /// Which key a valid string literal (with its quotes, perhaps escaped) is.
  static key key_of(std::string_view literal);

  /// The current key's value starts with `first`; only `true` starts with a t.
  void value_starts(char first) noexcept {
    if (current == key::placeholder) is_placeholder = first == 't';
    if (current == key::num) number = no_number;
  }
  /// The current key's value is this number token.
  void number_ends(std::string_view token) noexcept;
};

}  // namespace troupe::protocol::json
