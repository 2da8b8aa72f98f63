#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace troupe::runtime {

/// Messages in arrival order in one run of bytes: a polling payload of very many small messages
/// costs five bytes more a message, not an allocation. Holds no memory when empty.
class message_queue {
 public:
  bool empty() const noexcept { return offset_ == bytes_.size(); }
  std::size_t size() const noexcept { return count_; }
  std::size_t bytes() const noexcept { return bytes_.size() - offset_; }

  void push(std::string_view message, bool binary) {
    const auto length = static_cast<std::uint32_t>(message.size());
    char header[header_bytes];
    std::memcpy(header, &length, sizeof length);
    header[sizeof length] = binary ? 1 : 0;
    bytes_.append(header, header_bytes);
    bytes_.append(message);
    ++count_;
  }
  /// Hands the oldest to `take(view, binary)` and drops it; the queue is not empty. `take` must not
  /// push.
  template <class Take>
  void pop(Take take) {
    std::uint32_t length = 0;
    std::memcpy(&length, bytes_.data() + offset_, sizeof length);
    const bool binary = bytes_[offset_ + sizeof length] != 0;
    const std::size_t begin = offset_ + header_bytes;
    take(std::string_view(bytes_).substr(begin, length), binary);
    offset_ = begin + length;
    --count_;
    if (empty()) clear();
  }
  void clear() noexcept {
    std::string().swap(bytes_);
    offset_ = 0;
    count_ = 0;
  }

 private:
  static constexpr std::size_t header_bytes = sizeof(std::uint32_t) + 1;
  std::string bytes_;
  std::size_t offset_ = 0;
  std::size_t count_ = 0;
};

}  // namespace troupe::runtime
