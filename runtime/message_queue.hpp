#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::runtime {

/// Messages in arrival order in one run of bytes: a polling payload of very many small messages
/// costs five bytes more a message, not an allocation. Holds no memory when empty.
class message_queue {
 public:
  bool empty() const noexcept { return held_ == nullptr; }
  std::size_t size() const noexcept { return empty() ? 0 : held_->count; }
  std::size_t bytes() const noexcept { return empty() ? 0 : held_->bytes.size() - held_->offset; }

  void push(std::string_view message, bool binary) {
    std::unique_ptr<contents> made;
    if (empty()) made = std::make_unique<contents>();
    contents& to = made != nullptr ? *made : *held_;
    to.bytes.reserve(to.bytes.size() + header_bytes + message.size());
    const auto length = static_cast<std::uint32_t>(message.size());
    char header[header_bytes];
    std::memcpy(header, &length, sizeof length);
    header[sizeof length] = binary ? 1 : 0;
    to.bytes.append(header, header_bytes);
    to.bytes.append(message);
    ++to.count;
    if (made != nullptr) held_ = std::move(made);
  }
  /// Hands the oldest to `take(view, binary)` and drops it; the queue is not empty. `take` must not
  /// push.
  template <class Take>
  void pop(Take take) {
    const std::string_view rest = std::string_view(held_->bytes).substr(held_->offset);
    std::uint32_t length = 0;
    std::memcpy(&length, rest.data(), sizeof length);
    const bool binary = rest[sizeof length] != 0;
    take(rest.substr(header_bytes, length), binary);
    held_->offset += header_bytes + length;
    if (--held_->count == 0) clear();
  }
  void clear() noexcept { held_.reset(); }

 private:
  static constexpr std::size_t header_bytes = sizeof(std::uint32_t) + 1;
  struct contents {
    std::string bytes;
    std::size_t offset = 0;  // Before it, taken.
    std::size_t count = 0;
  };
  std::unique_ptr<contents> held_;  // Null: empty.
};

}  // namespace troupe::runtime
