#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct z_stream_s;

namespace load {

/// Decompresses WebSocket messages that refer to none before them. A server compresses a broadcast
/// to the same bytes for all, so what those said is kept: bytes that are equal are looked up.
class inflater {
 public:
  inflater();
  ~inflater();

  /// What `compressed` says, until the next call. Ends the program if it says nothing, or more than
  /// a MiB.
  std::string_view inflate(std::string_view compressed);

 private:
  static constexpr std::size_t known_max = 256;
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  std::string decompress(std::string_view compressed);

  std::unique_ptr<z_stream_s> state_;
  std::vector<char> text_;  // Room for the longest.
  std::unordered_map<std::string, std::string, hash, std::equal_to<>> known_;
};

}  // namespace load
