// What a payload parses to, written again, parses to the same.
#include <tests/fuzz/require.hpp>

#include <troupe/protocol/engineio/packet.hpp>

#include <string>
#include <vector>

namespace {

using namespace troupe::protocol;
using troupe::fuzz::require;

struct message {
  bool binary;
  std::string bytes;  // A text packet with its type.
  bool operator==(const message&) const = default;
};

std::vector<message> walk(std::string_view payload, bool& failed) {
  std::vector<message> found;
  const auto parsed = engineio::parse_payload(payload, [&](const engineio::packet_view& packet) {
    const char type = static_cast<char>(packet.type);
    found.push_back(
        {packet.binary, (packet.binary ? "" : std::string(1, type)).append(packet.data)});
    return true;
  });
  failed = parsed.has_error();
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  bool failed = false;
  const std::vector<message> found = walk(troupe::fuzz::text_of(bytes, size), failed);
  require(failed || !found.empty(), "a payload has a packet");
  if (found.empty()) return 0;

  std::string payload;
  std::size_t expected = 0;
  for (const message& each : found) {
    const std::string_view attachment[] = {each.bytes};
    // A frame starts with a text: give a binary message one of its own.
    const frame made = each.binary ? frame("4", attachment) : frame(each.bytes);
    expected += engineio::payload_size(made) + (payload.empty() ? 0 : 1);
    engineio::append_to_payload(payload, made);
  }
  require(payload.size() == expected, "the size is known before");

  std::vector<message> framed;
  for (const message& each : found) {
    if (each.binary) framed.push_back({false, "4"});
    framed.push_back(each);
  }
  require(walk(payload, failed) == framed && !failed, "a payload survives the round trip");
  return 0;
}
