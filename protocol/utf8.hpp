#pragma once

#include <cstddef>
#include <string_view>

namespace troupe::protocol {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text) noexcept;

/// The bytes of the code point that `text` starts with, 1 to 4; 0 if it starts with none.
/// `text` is not empty.
std::size_t utf8_sequence_size(std::string_view text) noexcept;

}  // namespace troupe::protocol
