// What a payload of revision 3 parses to, written again, parses to the same. The first byte chooses
// the payload's form.
#include <tests/fuzz/require.hpp>

#include <troupe/protocol/engineio/packet_v3.hpp>

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

std::vector<message> walk(std::string_view payload, bool binary, bool& failed) {
  std::vector<message> found;
  const auto parsed =
      engineio::v3::parse_payload(payload, binary, [&](const engineio::packet_view& packet) {
        const char type = static_cast<char>(packet.type);
        found.push_back(
            {packet.binary, (packet.binary ? "" : std::string(1, type)).append(packet.data)});
        return true;
      });
  failed = parsed.has_error();
  return found;
}

void check_round_trip(const std::vector<message>& found, bool base64) {
  std::vector<frame_ptr> frames;
  for (const message& each : found) {
    const frame::message_view only{each.bytes, each.binary};
    auto made = std::make_shared<const frame>(frame::of({&only, 1}));
    const auto translated = engineio::v3::translate(*made, base64);
    require((translated != nullptr) == each.binary, "only binary is translated");
    frames.push_back(translated != nullptr ? translated : made);
  }
  const auto payload = engineio::v3::make_payload(frames);
  bool failed = false;
  const std::vector<message> again = walk(payload.bytes, payload.binary, failed);
  require(!failed && again == found, "a payload survives the round trip");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input = troupe::fuzz::text_of(bytes, size);
  bool failed = false;
  const std::vector<message> found = walk(input.substr(1), input[0] % 2 != 0, failed);
  if (found.empty()) return 0;
  check_round_trip(found, false);
  check_round_trip(found, true);
  return 0;
}
