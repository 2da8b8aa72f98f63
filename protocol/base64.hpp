#pragma once

#include <string>
#include <string_view>

#include <troupe/protocol/error.hpp>

namespace troupe::protocol::base64 {

/// The padded length of `bytes` encoded.
constexpr std::size_t encoded_size(std::size_t bytes) noexcept {
  return (bytes + 2) / 3 * 4;
}
/// Appends standard base64 with padding (RFC 4648, section 4).
void append_encoded(std::string& out, std::string_view bytes);
/// Strict: alphabet and padding checked; missing padding is accepted, as in the reference.
/// Errors: bad_base64.
result<std::string> decode(std::string_view text);

}  // namespace troupe::protocol::base64
