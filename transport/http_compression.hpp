#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::transport {

enum class content_encoding : unsigned char { gzip, deflate };
/// "gzip" or "deflate".
std::string_view name_of(content_encoding encoding) noexcept;

/// The encoding that a client wants most, of those that are served; none if it wants neither. With
/// no preference of its own, the one that it names first. `accepted` is the value of
/// Accept-Encoding (RFC 9110, section 12.5.3). Pure, never throws.
std::optional<content_encoding> preferred_encoding(std::string_view accepted) noexcept;

/// Compresses whole response bodies with zlib. Keeps zlib's state (256 KiB for each encoding, made
/// at first use) from one to the next. Thread: one.
class http_compressor {
 public:
  /// `level` 1 (fast) to 9 (small).
  explicit http_compressor(int level) noexcept;
  ~http_compressor();
  http_compressor(const http_compressor&) = delete;
  http_compressor& operator=(const http_compressor&) = delete;

  /// None if zlib fails (no memory).
  std::optional<std::string> compress(std::string_view body, content_encoding encoding);

 private:
  struct deflater;
  const int level_;
  std::array<std::unique_ptr<deflater>, 2> deflaters_;
};

}  // namespace troupe::transport
