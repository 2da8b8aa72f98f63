#include <tests/catch.hpp>

#include <troupe/protocol/engineio/packet.hpp>

using namespace troupe::protocol;
using namespace troupe::protocol::engineio;
using namespace std::string_view_literals;

namespace {

// The packets of a payload as "4text" and "b<bytes>", and what stopped them.
struct walk {
  std::vector<std::string> packets;
  boost::system::error_code error;
};

walk walk_payload(std::string_view payload, std::size_t stop_after = 100) {
  walk done;
  const auto parsed = parse_payload(payload, [&](const packet_view& packet) {
    const char mark = packet.binary ? 'b' : static_cast<char>(packet.type);
    done.packets.push_back(mark + std::string(packet.data));
    return done.packets.size() < stop_after;
  });
  if (!parsed) done.error = parsed.error();
  return done;
}

using list = std::vector<std::string>;

}  // namespace

TEST_CASE("a text packet is its type's digit and its data") {
  const auto packet = parse_packet("4hello").value();
  CHECK(packet.type == packet_type::message);
  CHECK(packet.data == "hello");
  CHECK_FALSE(packet.binary);
  CHECK(parse_packet("2").value().type == packet_type::ping);
  CHECK(parse_packet("2").value().data.empty());
}

TEST_CASE("a text packet of no known type is refused") {
  for (const auto text : {""sv, "7"sv, "9a"sv, "abc"sv, " 4"sv, "/"sv, "\x1e"sv}) {
    CHECK(parse_packet(text).error() == errc::bad_packet_type);
  }
}

TEST_CASE("unchecked text is checked, and may be a binary message in base64") {
  std::string buffer;
  const auto packet = parse_packet("bAQIDBA==", buffer).value();
  CHECK(packet.binary);
  CHECK(packet.type == packet_type::message);
  CHECK(packet.data == "\x01\x02\x03\x04");
  CHECK(parse_packet("b!", buffer).error() == errc::bad_base64);
  CHECK(parse_packet("4\xff", buffer).error() == errc::bad_utf8);
  CHECK(parse_packet("", buffer).error() == errc::bad_packet_type);
}

TEST_CASE("a payload hands out its packets in order") {
  CHECK(walk_payload("4a").packets == list{"4a"});
  CHECK(walk_payload("4a\x1e"
                     "4b\x1e"
                     "bAQI=\x1e"
                     "2")
            .packets == list{"4a", "4b", "b\x01\x02", "2"});
  CHECK(walk_payload("4\x1e"
                     "b")
            .packets == list{"4", "b"});
  CHECK_FALSE(walk_payload("4a\x1e"
                           "4b")
                  .error);
}

TEST_CASE("a bad packet in a payload ends it, after those before it") {
  const auto bad_type = walk_payload(
      "4a\x1e"
      "x\x1e"
      "4b");
  CHECK(bad_type.packets == list{"4a"});
  CHECK(bad_type.error == errc::bad_packet_type);
  CHECK(walk_payload("").error == errc::bad_packet_type);
  CHECK(walk_payload("4a\x1e").error == errc::bad_packet_type);
  CHECK(walk_payload("4a\x1e\x1e"
                     "4b")
            .error == errc::bad_packet_type);
  CHECK(walk_payload("4a\x1e"
                     "b#")
            .error == errc::bad_base64);
  CHECK(walk_payload("4a\x1e"
                     "4\xc0")
            .error == errc::bad_utf8);
}

TEST_CASE("a payload stops when its reader has enough") {
  const auto stopped = walk_payload(
      "4a\x1e"
      "4b\x1e"
      "x",
      2);
  CHECK(stopped.packets == list{"4a", "4b"});
  CHECK_FALSE(stopped.error);
}

TEST_CASE("a frame joins a payload as its messages, binary ones in base64") {
  const std::string_view attachments[] = {"\x01\x02"sv, ""sv};
  const frame event("451-[]", attachments);
  std::string payload;
  append_to_payload(payload, event);
  CHECK(payload ==
        "451-[]\x1e"
        "bAQI=\x1e"
        "b");
  CHECK(payload.size() == payload_size(event));
  append_to_payload(payload, frame("2"));
  CHECK(payload ==
        "451-[]\x1e"
        "bAQI=\x1e"
        "b\x1e"
        "2");
  CHECK(payload_size(frame("2")) == 1);
}
