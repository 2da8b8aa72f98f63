#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace load {

struct http_response {
  unsigned status = 0;
  std::string body;
  std::size_t size = 0;  ///< Bytes of all of it.
};

/// The response at the front of `bytes`, with a Content-Length or in chunks; none if it is not
/// whole. Ends the program if it is neither.
std::optional<http_response> read_http_response(std::string_view bytes);

}  // namespace load
