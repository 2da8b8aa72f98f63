#pragma once

#include <cstddef>

#include <troupe/runtime/cookie.hpp>
#include <troupe/runtime/cors.hpp>
#include <troupe/runtime/request_hooks.hpp>

// What the options say of requests and their responses, each concept in a header of its own.

namespace troupe {

/// Compression of polling responses with gzip or deflate, whichever the client wants. It costs the
/// shard's thread some 10 ms for a megabyte at level 1; without `bytes_max` a large response would
/// keep its other clients waiting.
struct http_compression_options {
  std::size_t threshold = 1024;        ///< Bytes; smaller responses go as they are.
  std::size_t bytes_max = 256 * 1024;  ///< Larger ones too.
  int level = 1;                       ///< 1 (fast) to 9 (small).
};

}  // namespace troupe
