#include <tests/catch.hpp>

#include <troupe/protocol/socketio/encoder.hpp>
#include <troupe/protocol/socketio/parser.hpp>
#include <troupe/protocol/socketio/value.hpp>

using namespace troupe::protocol;
using socketio::packet_type;
using troupe::make_packet;

namespace {

const limits bounds;

errc error_of(troupe::received_packet parts, const limits& with = bounds) {
  const auto made = make_packet(std::move(parts), with);
  REQUIRE_FALSE(made);
  return static_cast<errc>(made.error().value());
}

std::string message(const frame_ptr& made) {
  return std::string(made->message(made->part_at(0)));
}

/// Writes down what it is asked to encode.
class recording_parser final : public troupe::parser {
 public:
  std::unique_ptr<troupe::packet_decoder> make_decoder(const limits&) const override {
    return nullptr;
  }
  frame_ptr encode(const troupe::outgoing_packet& packet) const override {
    std::string text(1, static_cast<char>(packet.type));
    text.append(packet.nsp);
    if (packet.id) text.append("#").append(std::to_string(*packet.id));
    for (const std::string_view one : packet.arguments) text.append(" ").append(one);
    text.append(" +").append(std::to_string(packet.attachments.size())).append(packet.payload);
    return std::make_shared<const frame>(text);
  }
};

}  // namespace

TEST_CASE("a packet is made of its parts, and owns them") {
  const auto made =
      make_packet(
          {packet_type::event, "/a", 7, R"(["x", {"_placeholder":true,"num":0}])", {"bytes"}},
          bounds)
          .value();
  const auto& view = made->view();
  CHECK(view.type == packet_type::binary_event);
  CHECK(view.nsp == "/a");
  CHECK(view.id == 7);
  REQUIRE(view.arguments.size() == 2);
  const auto bytes = troupe::value::from_packet(made, view.arguments[1]);
  CHECK(bytes.is_binary());
  CHECK(bytes.as_bytes()->size() == 5);
  CHECK(make_packet({.type = packet_type::connect}, bounds).value()->view().payload.empty());
  CHECK(make_packet({.type = packet_type::ack, .payload = "[]"}, bounds));
}

TEST_CASE("parts that are no packet are refused as the JSON parser refuses them") {
  CHECK(error_of({.type = packet_type::binary_event, .payload = "[\"x\"]"}) ==
        errc::bad_packet_type);
  CHECK(error_of({.nsp = "a", .payload = "[\"x\"]"}) == errc::bad_namespace);
  CHECK(error_of({.nsp = "", .payload = "[\"x\"]"}) == errc::bad_namespace);
  CHECK(error_of({.nsp = "/a,b", .payload = "[\"x\"]"}) == errc::bad_namespace);
  CHECK(error_of({.nsp = std::string(600, '/'), .payload = "[\"x\"]"}) == errc::namespace_too_long);
  CHECK(error_of({.payload = "[\"\xff\"]"}) == errc::bad_utf8);
  CHECK(error_of({.payload = "[\"x\""}) == errc::bad_json);
  CHECK(error_of({.payload = ""}) == errc::bad_payload);
  CHECK(error_of({.payload = "{}"}) == errc::bad_payload);
  CHECK(error_of({.payload = "[\"connect\"]"}) == errc::bad_event_name);
  CHECK(error_of({.type = packet_type::disconnect, .payload = "{}"}) == errc::bad_payload);
  CHECK(error_of({.payload = R"(["x",{"_placeholder":true,"num":1}])", .attachments = {"a"}}) ==
        errc::bad_attachments);
  limits few;
  few.arguments_max = 2;
  CHECK(error_of({.payload = "[\"x\",1,2]"}, few) == errc::too_many_arguments);
}

TEST_CASE("an encoder asks its parser for every packet") {
  const socketio::encoder encode(std::make_shared<recording_parser>());
  const std::vector<std::string_view> arguments{"\"x\"", "1"};
  CHECK(message(encode.event("/a", arguments, 3, arguments)) == "2/a#3 \"x\" 1 +2");
  CHECK(message(encode.ack("/", arguments, 4)) == "3/#4 \"x\" 1 +0");
  CHECK(message(encode.connect("/", "s", "p")) == R"(0/ +0{"sid":"s","pid":"p"})");
  CHECK(message(encode.connect_v4("/")) == "0/ +0");
  CHECK(message(encode.connect_error("/", "m", "[1]")) == R"(4/ +0{"message":"m","data":[1]})");
  CHECK(message(encode.disconnect("/a")) == "1/a +0");
}

TEST_CASE("an encoder without a parser writes JSON, for both revisions") {
  const socketio::encoder encode(nullptr);
  CHECK(message(encode.connect("/a", "s")) == R"(40/a,{"sid":"s"})");
  CHECK(message(encode.connect_v4("/")) == "40");
  CHECK(message(encode.connect_v4("/a")) == "40/a,");
  CHECK(message(encode.connect_error_v4("/a", "a \"b\"")) == R"(44/a,"a \"b\"")");
  CHECK(message(encode.connect_error_v4("/", "m", "{\"c\":7}")) == R"(44{"c":7})");
  CHECK(message(encode.disconnect("/")) == "41");
}
