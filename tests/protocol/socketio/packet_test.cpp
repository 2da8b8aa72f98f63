#include <tests/catch.hpp>

#include <troupe/protocol/socketio/packet.hpp>

using namespace troupe::protocol;
using namespace troupe::protocol::socketio;
using namespace std::string_view_literals;

namespace {

const limits bounds;

packet_view parsed(std::string_view text) {
  INFO(text);
  const auto packet = parse(text, bounds);
  REQUIRE(packet.has_value());
  return *packet;
}

errc refused(std::string_view text) {
  const auto packet = parse(text, bounds);
  INFO(text);
  REQUIRE(packet.has_error());
  return static_cast<errc>(packet.error().value());
}

std::string_view message(const frame_ptr& made) {
  return made->message(made->part_at(0));
}

using slices = std::vector<std::string_view>;

}  // namespace

TEST_CASE("an event has its name and arguments as slices") {
  const auto packet = parsed("2[\"chat\",{\"a\":1},2]");
  CHECK(packet.type == packet_type::event);
  CHECK(packet.nsp == "/");
  CHECK_FALSE(packet.id);
  CHECK(packet.attachments == 0);
  CHECK(packet.payload == "[\"chat\",{\"a\":1},2]");
  CHECK(packet.arguments == slices{"\"chat\"", "{\"a\":1}", "2"});
}

TEST_CASE("a packet's namespace ends at a comma or at the end") {
  CHECK(parsed("2/admin,[\"x\"]").nsp == "/admin");
  CHECK(parsed("2/,[\"x\"]").nsp == "/");
  CHECK(parsed("0/admin").nsp == "/admin");
  CHECK(parsed("0/admin,").nsp == "/admin");
  CHECK(parsed("0/admin?token=a/b,{\"c\":1}").nsp == "/admin?token=a/b");
  CHECK(parsed("0/admin?token=a/b,{\"c\":1}").payload == "{\"c\":1}");
}

TEST_CASE("a namespace is bounded and has no control characters") {
  CHECK(parsed("0/" + std::string(511, 'a')).nsp.size() == 512);
  CHECK(refused("0/" + std::string(512, 'a')) == errc::namespace_too_long);
  CHECK(refused("0/a\nb,") == errc::bad_namespace);
  CHECK(refused("0/a\0,"sv) == errc::bad_namespace);
}

TEST_CASE("an ack id has up to 64 bits") {
  CHECK(parsed("212[\"x\"]").id == 12);
  CHECK(parsed("2/a,0[\"x\"]").id == 0);
  CHECK(parsed("3007[]").id == 7);
  CHECK(parsed("318446744073709551615[]").id == 18446744073709551615U);
  CHECK(refused("318446744073709551616[]") == errc::bad_ack_id);
  CHECK(parsed("3[]").arguments.empty());
}

TEST_CASE("an unknown packet type is refused") {
  for (const auto text : {""sv, "7"sv, "a"sv, "/"sv, "-1"sv, "[\"x\"]"sv}) {
    CHECK(refused(text) == errc::bad_packet_type);
  }
}

TEST_CASE("connect takes an object or nothing, disconnect nothing") {
  CHECK(parsed("0").payload.empty());
  CHECK(parsed("0{\"token\":\"a\"}").payload == "{\"token\":\"a\"}");
  CHECK(parsed("0/a,{}").payload == "{}");
  for (const auto text : {"0[]"sv, "0\"a\""sv, "0null"sv, "0 {}"sv, "0/a, {}"sv, "0true"sv}) {
    CHECK(refused(text) == errc::bad_payload);
  }
  CHECK(refused("0{\"a\"}") == errc::bad_json);
  CHECK(parsed("1").type == packet_type::disconnect);
  CHECK(parsed("1/a,").nsp == "/a");
  for (const auto text : {"1{}"sv, "1/a,[]"sv, "1x"sv}) CHECK(refused(text) == errc::bad_payload);
}

TEST_CASE("connect_error parses with an object or a string") {
  CHECK(parsed("4{\"message\":\"x\"}").type == packet_type::connect_error);
  CHECK(parsed("4\"x\"").payload == "\"x\"");
  CHECK(refused("4[]") == errc::bad_payload);
}

TEST_CASE("an event is an array that starts with a name") {
  for (const auto text : {"2"sv, "2/a,"sv, "212"sv, "2{}"sv, "2\"x\""sv, "2[]"sv, "2 [\"x\"]"sv,
                          "2null"sv, "2-1[\"x\"]"sv}) {
    CHECK(refused(text) == errc::bad_payload);
  }
  for (const auto text : {"2[{}]"sv, "2[null]"sv, "2[true,\"x\"]"sv, "2[[\"x\"]]"sv}) {
    CHECK(refused(text) == errc::bad_event_name);
  }
  CHECK(parsed("2[\"\"]").arguments == slices{"\"\""});
  CHECK(parsed("2[5]").arguments == slices{"5"});
  CHECK(parsed("2[-5]").arguments == slices{"-5"});
  CHECK(refused("2[\"x\"") == errc::bad_json);
  CHECK(refused("2[\"x\"]]") == errc::bad_json);
}

TEST_CASE("reserved event names are refused, escaped ones too") {
  for (const auto name : {"connect", "connect_error", "disconnect", "disconnecting", "newListener",
                          "removeListener"}) {
    CHECK(is_reserved_event(name));
    CHECK(refused("2[\"" + std::string(name) + "\"]") == errc::bad_event_name);
  }
  CHECK(refused("2[\"\\u0063onnect\"]") == errc::bad_event_name);
  CHECK_FALSE(is_reserved_event("connection"));
  CHECK(parsed("2[\"connection\"]").arguments.size() == 1);
  CHECK(parsed("3[\"connect\"]").arguments.size() == 1);
}

TEST_CASE("an ack is an array, empty or not") {
  CHECK(parsed("31[]").arguments.empty());
  CHECK(parsed("31[{},null]").arguments == slices{"{}", "null"});
  CHECK(refused("31") == errc::bad_payload);
  CHECK(refused("31{}") == errc::bad_payload);
}

TEST_CASE("a binary packet announces its attachments") {
  const auto packet = parsed("52-/a,7[\"x\",{\"_placeholder\":true,\"num\":1}]");
  CHECK(packet.type == packet_type::binary_event);
  CHECK(packet.attachments == 2);
  CHECK(packet.nsp == "/a");
  CHECK(packet.id == 7);
  CHECK(parsed("61-3[{\"num\":0,\"_placeholder\":true}]").attachments == 1);
  CHECK(parsed("510-[\"x\"]").attachments == 10);
  for (const auto text : {"5[\"x\"]"sv, "50-[\"x\"]"sv, "60-1[]"sv, "5-[\"x\"]"sv, "51[\"x\"]"sv,
                          "51"sv, "5a-[\"x\"]"sv, "5 1-[\"x\"]"sv, "51.0-[\"x\"]"sv}) {
    CHECK(refused(text) == errc::bad_attachments);
  }
  CHECK(refused("511-[\"x\"]") == errc::too_many_attachments);
  CHECK(refused("599999999999999999999-[\"x\"]") == errc::too_many_attachments);
}

TEST_CASE("placeholders must number an announced attachment, in binary packets only") {
  std::string places = "51-[\"x\"";
  for (int i = 0; i < 10; ++i) places += ",{\"_placeholder\":true,\"num\":0}";
  CHECK(parse(places + "]", bounds).has_value());
  CHECK(refused(places + ",{\"_placeholder\":true,\"num\":0}]") == errc::too_many_attachments);
  CHECK(refused("51-[\"x\",{\"_placeholder\":true,\"num\":1}]") == errc::bad_attachments);
  CHECK(refused("51-[\"x\",[{\"_placeholder\":true,\"num\":-1}]]") == errc::bad_attachments);
  CHECK(refused("61-1[{\"_placeholder\":true}]") == errc::bad_attachments);
  CHECK(parsed("2[\"x\",{\"_placeholder\":true,\"num\":5}]").arguments.size() == 2);
}

TEST_CASE("a packet's depth and arguments are bounded") {
  limits tight;
  tight.json_depth_max = 3;
  tight.arguments_max = 2;
  CHECK(parse("2[\"x\",[[]]]", tight).has_value());
  CHECK(parse("2[\"x\",[[[]]]]", tight).error() == errc::json_too_deep);
  CHECK(parse("0{\"a\":[[[]]]}", tight).error() == errc::json_too_deep);
  CHECK(parse("2[\"x\",1,2]", tight).error() == errc::too_many_arguments);
}

TEST_CASE("events and acks are encoded behind Engine.IO's message digit") {
  const std::string_view arguments[] = {"\"chat\"", "{\"a\":1}"};
  CHECK(message(encode_event("/", arguments)) == "42[\"chat\",{\"a\":1}]");
  CHECK(message(encode_event("/admin", arguments, 12)) == "42/admin,12[\"chat\",{\"a\":1}]");
  CHECK(message(encode_ack("/", arguments, 0)) == "430[\"chat\",{\"a\":1}]");
  CHECK(message(encode_ack("/a", {}, 3)) == "43/a,3[]");
}

TEST_CASE("attachments make the packet binary and follow it") {
  const std::string_view arguments[] = {"\"x\"", "{\"_placeholder\":true,\"num\":0}"};
  const std::string_view attachments[] = {"\x01\x02"};
  const auto event = encode_event("/a", arguments, 1, attachments);
  CHECK(message(event) == "451-/a,1[\"x\",{\"_placeholder\":true,\"num\":0}]");
  REQUIRE(event->part_count() == 2);
  CHECK(event->message(event->part_at(1)) == "\x01\x02");
  CHECK(event->part_at(1).binary);
  CHECK(message(encode_ack("/", {}, 1, attachments)) == "461-1[]");
}

TEST_CASE("connects, refusals and disconnects are encoded") {
  CHECK(message(encode_connect("/", "abc")) == "40{\"sid\":\"abc\"}");
  CHECK(message(encode_connect("/a", "abc", "def")) == "40/a,{\"sid\":\"abc\",\"pid\":\"def\"}");
  CHECK(message(encode_connect_error("/no", "Invalid namespace")) ==
        "44/no,{\"message\":\"Invalid namespace\"}");
  CHECK(message(encode_connect_error("/", "a\"b", "{\"c\":1}")) ==
        "44{\"message\":\"a\\\"b\",\"data\":{\"c\":1}}");
  CHECK(message(encode_disconnect("/")) == "41");
  CHECK(message(encode_disconnect("/a")) == "41/a,");
}
