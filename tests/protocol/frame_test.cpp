#include <tests/catch.hpp>

#include <troupe/protocol/frame.hpp>

using troupe::protocol::frame;
using namespace std::string_view_literals;

TEST_CASE("a frame of one text is one unmasked WebSocket text frame") {
  const frame one("4hi");
  CHECK(one.websocket_bytes() ==
        "\x81\x03"
        "4hi"sv);
  CHECK(one.part_count() == 1);
  CHECK(one.message(one.part_at(0)) == "4hi");
  CHECK_FALSE(one.part_at(0).binary);
}

TEST_CASE("a frame keeps attachments behind the text, in order, as binary frames") {
  const std::string_view attachments[] = {"ab", "", "c"};
  const frame whole("4x", attachments);
  CHECK(whole.websocket_bytes() ==
        "\x81\x02"
        "4x\x82\x02"
        "ab\x82\x00\x82\x01"
        "c"sv);
  REQUIRE(whole.part_count() == 4);
  CHECK(whole.message(whole.part_at(1)) == "ab");
  CHECK(whole.message(whole.part_at(2)).empty());
  CHECK(whole.message(whole.part_at(3)) == "c");
  CHECK(whole.part_at(3).binary);
}

TEST_CASE("a frame writes the shortest length form") {
  const auto header = [](std::size_t size) {
    const std::string text(size, 'a');
    const frame made(text);
    CHECK(made.websocket_bytes().substr(made.part_at(0).offset) == text);
    return std::string(made.websocket_bytes().substr(0, made.part_at(0).offset));
  };
  CHECK(header(0) == "\x81\x00"sv);
  CHECK(header(125) == "\x81\x7d"sv);
  CHECK(header(126) == "\x81\x7e\x00\x7e"sv);
  CHECK(header(65535) == "\x81\x7e\xff\xff"sv);
  CHECK(header(65536) == "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"sv);
}

TEST_CASE("a frame is made of any messages, in their order") {
  const std::vector<frame::message_view> messages{{"\x01", true}, {"4x", false}, {"", true}};
  const frame made = frame::of(messages);
  CHECK(made.websocket_bytes() ==
        "\x82\x01\x01\x81\x02"
        "4x\x82\x00"sv);
  CHECK(made.part_count() == 3);
  CHECK_FALSE(made.part_at(1).binary);
}
