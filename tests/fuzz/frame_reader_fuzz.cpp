// Whatever the bytes: no fault, no memory beyond what arrived, valid text only, and the same
// messages however the bytes are cut. The first byte says how they are.
#include <tests/fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <troupe/transport/frame_reader.hpp>

namespace {

using namespace troupe::transport;
using troupe::fuzz::require;

std::vector<std::string> read(const std::vector<char>& bytes, std::size_t step) {
  constexpr std::size_t message_bytes_max = 5000;
  constexpr std::size_t fragments_max = 20;
  frame_reader reader(message_bytes_max, fragments_max);
  std::vector<std::string> all;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    std::vector<char> piece(from,
                            from + static_cast<std::ptrdiff_t>(std::min(step, bytes.size() - at)));
    std::span<char> rest(piece);
    while (!rest.empty()) {
      const std::size_t before = rest.size();
      const auto what = reader.next(rest);
      require(rest.size() < before, "every call reads something");
      require(reader.payload().size() <= message_bytes_max, "a message is within its bound");
      require(reader.held_bytes() <= 2 * bytes.size() + 64, "no more is held than came");
      if (what == frame_reader::event::none) continue;
      all.push_back(std::to_string(static_cast<int>(what)) + ':' + std::to_string(reader.code()) +
                    ':' + std::string(reader.payload()));
      if (what == frame_reader::event::text) {
        utf8_checker text;
        require(text.feed(reader.payload()) && text.is_complete(), "text is UTF-8");
      }
      if (what == frame_reader::event::failure) return all;
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::vector<char> bytes(data + 1, data + size);
  require(read(bytes, bytes.size()) == read(bytes, 1 + data[0] % 32), "cuts change nothing");
  return 0;
}
