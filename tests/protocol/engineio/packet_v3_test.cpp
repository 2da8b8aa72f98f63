#include <tests/catch.hpp>

#include <troupe/protocol/engineio/packet_v3.hpp>

using namespace troupe::protocol;
using namespace troupe::protocol::engineio;
using namespace std::string_literals;

namespace {

using list = std::vector<std::string>;

std::string line_of(const packet_view& packet) {
  return static_cast<char>(packet.type) + std::string(packet.binary ? "#" : ":") +
         std::string(packet.data);
}

struct walked {
  list packets;
  result<void> outcome;
};

walked walk(std::string_view payload, bool binary = false) {
  walked seen;
  seen.outcome = v3::parse_payload(payload, binary, [&](const packet_view& packet) {
    seen.packets.push_back(line_of(packet));
    return true;
  });
  return seen;
}

errc error_of(std::string_view payload, bool binary = false) {
  const auto seen = walk(payload, binary);
  REQUIRE_FALSE(seen.outcome);
  return static_cast<errc>(seen.outcome.error().value());
}

frame_ptr translated(const frame& from, bool base64 = false) {
  const auto made = v3::translate(from, base64);
  return made != nullptr ? made : std::make_shared<const frame>(from);
}

const std::vector<std::string_view> blobs{"\x01\x02\x03\x04", ""};

}  // namespace

TEST_CASE("a text payload of revision 3 is packets with their lengths in UTF-16") {
  CHECK(walk("6:4hello").packets == list{"4:hello"});
  CHECK(walk("6:4test16:4test21:2").packets == list{"4:test1", "4:test2", "2:"});
  CHECK(walk("3:4☂!").packets == list{"4:☂!"});
  CHECK(walk("4:4\xf0\x9f\x8e\xad!1:6").packets == list{"4:\xf0\x9f\x8e\xad!", "6:"});
  CHECK(walk("0:1:6").packets == list{"6:"});
  CHECK(walk("6:4hello10:b4AQIDBA==").packets == list{"4:hello", "4#\x01\x02\x03\x04"});
}

TEST_CASE("a binary payload of revision 3 is packets with their lengths in bytes") {
  const std::string payload = "\x00\x06\xff"s + "4hello" + "\x01\x05\xff\x04\x01\x02\x03\x04"s;
  CHECK(walk(payload, true).packets == list{"4:hello", "4#\x01\x02\x03\x04"});
  CHECK(walk("\x00\x01\x00\xff"s + "4☂éllo!", true).packets == list{"4:☂éllo!"});
  CHECK(walk("", true).packets.empty());
  CHECK(walk("", true).outcome);
}

TEST_CASE("walking stops where the caller stops it") {
  int seen = 0;
  const auto one = [&](const packet_view&) { return ++seen < 2; };
  CHECK(v3::parse_payload("1:21:21:2", false, one));
  CHECK(seen == 2);
}

TEST_CASE("a payload of revision 3 that is none is refused") {
  for (const char* payload : {"", "abc", "6", "6:4hell", ":4a", "1a:4", "-1:4",
                              "2:4\xf0\x9f\x8e\xad", "99999999999999999999:4", "1:2x"}) {
    CAPTURE(payload);
    CHECK(error_of(payload) == errc::bad_payload);
  }
  CHECK(error_of("2:4\xff") == errc::bad_utf8);
  CHECK(error_of("2:9a") == errc::bad_packet_type);
  CHECK(error_of("1:b") == errc::bad_packet_type);
  CHECK(error_of("4:b4A!") == errc::bad_base64);
  for (const std::string& payload :
       {"\x00"s, "\x00\x06"s, "\x00\xff"s, "\x00\x02\xff\x34"s, "\x02\x01\xff\x34"s,
        "\x00\x0a\xff\x34"s, "\x01" + std::string(19, '\x00') + "\xff"}) {
    CHECK(error_of(payload, true) == errc::bad_payload);
  }
  CHECK(error_of("\x01\x01\xff\x07"s, true) == errc::bad_packet_type);
  CHECK(error_of("\x01\x00\xff"s, true) == errc::bad_packet_type);
}

TEST_CASE("only frames with binary messages look different in revision 3") {
  CHECK(v3::translate(frame("42[\"☂\"]"), false) == nullptr);
  CHECK(v3::translate(frame("2"), true) == nullptr);
  const auto plain = translated(frame("452-[]", blobs));
  CHECK(plain->websocket_bytes() ==
        "\x81\x06"
        "452-[]\x82\x05\x04\x01\x02\x03\x04\x82\x01\x04");
  const auto base64 = translated(frame("452-[]", blobs), true);
  CHECK(base64->websocket_bytes() ==
        "\x81\x06"
        "452-[]\x81\x0a"
        "b4AQIDBA==\x81\x02"
        "b4");
}

TEST_CASE("a GET of revision 3 is answered with text, or with bytes if there is binary") {
  const std::vector<frame_ptr> texts{translated(frame("4☂\xf0\x9f\x8e\xad")),
                                     translated(frame("2"))};
  CHECK(v3::make_payload(texts).bytes == "4:4☂\xf0\x9f\x8e\xad"s + "1:2");
  CHECK_FALSE(v3::make_payload(texts).binary);
  const std::vector<frame_ptr> base64{translated(frame("451-[]", {blobs.data(), 1}), true)};
  CHECK(v3::make_payload(base64).bytes == "6:451-[]10:b4AQIDBA==");
  const std::vector<frame_ptr> mixed{translated(frame("4hello☂")),
                                     translated(frame("4x", {blobs.data(), 1}))};
  const auto payload = v3::make_payload(mixed);
  CHECK(payload.binary);
  CHECK(payload.bytes ==
        "\x00\x09\xff"s + "4hello☂" + "\x00\x02\xff"s + "4x" + "\x01\x05\xff\x04\x01\x02\x03\x04"s);
}
