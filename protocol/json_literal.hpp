#pragma once

#include <cstddef>
#include <string_view>

namespace troupe::protocol::json {

/// The place behind the string literal that begins at `at`. `text` is valid JSON, or a run of its
/// tokens.
inline std::size_t end_of_string(std::string_view text, std::size_t at) noexcept {
  for (;;) {
    at = text.find_first_of("\"\\", at + 1);
    if (text[at] == '"') return at + 1;
    ++at;
  }
}

}  // namespace troupe::protocol::json
