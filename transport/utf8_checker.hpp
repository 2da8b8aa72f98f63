#pragma once

#include <string_view>

namespace troupe::transport {

/// Checks that bytes which come piecemeal are UTF-8 (RFC 3629: no overlong forms, no surrogates,
/// nothing above U+10FFFF). Pure: no allocation, never throws.
class utf8_checker {
 public:
  /// False as soon as no continuation could make the text valid; then call reset() before the
  /// next text.
  bool feed(std::string_view bytes) noexcept;
  /// The text may end here: no character is begun.
  bool is_complete() const noexcept { return awaited_ == 0; }
  void reset() noexcept { awaited_ = 0; }

 private:
  bool begin(unsigned char lead) noexcept;

  unsigned char awaited_ = 0;  // Continuation bytes still to come,
  unsigned char low_ = 0;      // the next of them between these.
  unsigned char high_ = 0;
};

}  // namespace troupe::transport
