#include <troupe/runtime/kept_handshake.hpp>

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace troupe::runtime {

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

/// Counts the bytes first, then writes them: they are kept without room to spare.
class writer {
 public:
  explicit writer(char* to) : to_(to) {}

  void put(const void* from, std::size_t count) {
    if (to_ != nullptr) std::memcpy(to_ + size_, from, count);
    size_ += count;
  }
  void put(const std::string& text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    put(&length, sizeof length);
    put(text.data(), text.size());
  }
  void put(const pairs& all) {
    const auto count = static_cast<std::uint32_t>(all.size());
    put(&count, sizeof count);
    for (const auto& [name, text] : all) {
      put(name);
      put(text);
    }
  }
  void put(const client_handshake& whole) {
    put(&whole.issued, sizeof whole.issued);
    const char flags = static_cast<char>((whole.cross_domain ? 1 : 0) | (whole.secure ? 2 : 0));
    put(&flags, sizeof flags);
    put(whole.url);
    put(whole.address);
    put(whole.headers);
    put(whole.query);
  }
  std::size_t size() const noexcept { return size_; }

 private:
  char* to_;
  std::size_t size_ = 0;
};

class reader {
 public:
  explicit reader(const char* from) : from_(from) {}

  void take(void* to, std::size_t count) {
    std::memcpy(to, from_, count);
    from_ += count;
  }
  std::string text() {
    std::uint32_t length = 0;
    take(&length, sizeof length);
    return {std::exchange(from_, from_ + length), length};
  }
  pairs all() {
    std::uint32_t count = 0;
    take(&count, sizeof count);
    pairs read;
    read.reserve(count);
    while (count-- > 0) {
      std::string name = text();
      read.emplace_back(std::move(name), text());
    }
    return read;
  }

 private:
  const char* from_;
};

}  // namespace

kept_handshake::kept_handshake(client_handshake whole) {
  if (whole.context.has_value()) {  // No bytes; and it is there to be asked for.
    whole_ = std::make_unique<const client_handshake>(std::move(whole));
    return;
  }
  writer count(nullptr);
  count.put(whole);
  bytes_ = std::make_unique<char[]>(count.size());
  writer(bytes_.get()).put(whole);
}

const client_handshake& kept_handshake::whole() const {
  if (whole_ != nullptr) return *whole_;
  auto made = std::make_unique<client_handshake>();
  reader from(bytes_.get());
  from.take(&made->issued, sizeof made->issued);
  char flags = 0;
  from.take(&flags, sizeof flags);
  made->cross_domain = (flags & 1) != 0;
  made->secure = (flags & 2) != 0;
  made->url = from.text();
  made->address = from.text();
  made->headers = from.all();
  made->query = from.all();
  whole_ = std::move(made);
  bytes_.reset();
  return *whole_;
}

}  // namespace troupe::runtime
