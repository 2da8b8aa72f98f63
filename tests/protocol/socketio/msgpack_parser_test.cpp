#include <tests/catch.hpp>

#include <troupe/protocol/socketio/encoder.hpp>
#include <troupe/protocol/socketio/msgpack_parser.hpp>
#include <troupe/protocol/socketio/value.hpp>

using namespace troupe::protocol;
using namespace std::string_literals;
using socketio::packet_type;
using troupe::argument_writer;
using troupe::value;

namespace {

const limits bounds;
const socketio::encoder encode(troupe::msgpack_parser());

std::string message(const frame_ptr& made) {
  REQUIRE(made->part_count() == 1);
  CHECK(made->part_at(0).binary);
  return std::string(made->message(made->part_at(0)));
}

result<socketio::packet_ptr> decode(std::string bytes, bool binary = true) {
  return troupe::msgpack_parser()->make_decoder(bounds)->decode(std::move(bytes), binary, {});
}

errc error_of(std::string bytes, bool binary = true) {
  const auto decoded = decode(std::move(bytes), binary);
  REQUIRE_FALSE(decoded);
  return static_cast<errc>(decoded.error().value());
}

}  // namespace

TEST_CASE("packets are the maps that socket.io-msgpack-parser writes") {
  const std::vector<std::string_view> arguments{"\"hi\"", "1"};
  CHECK(message(encode.event("/", arguments)) ==
        "\x83\xa4type\x02\xa4"
        "data\x92\xa2hi\x01\xa3nsp\xa1/");
  CHECK(message(encode.event("/a", arguments, 200)) ==
        "\x84\xa4type\x02\xa4"
        "data\x92\xa2hi\x01\xa2id\xcc\xc8\xa3nsp\xa2/a");
  CHECK(message(encode.ack("/", {}, 0)) ==
        "\x84\xa2id\x00\xa4type\x03\xa4"
        "data\x90\xa3nsp\xa1/"s);
  CHECK(message(encode.connect("/", "abc")) ==
        "\x83\xa4type\x00\xa4"
        "data\x81\xa3sid\xa3"
        "abc\xa3nsp\xa1/"s);
  CHECK(message(encode.disconnect("/a")) == "\x82\xa4type\x01\xa3nsp\xa2/a");
  CHECK(message(encode.connect_error("/", "no")) ==
        "\x83\xa4type\x04\xa4"
        "data\x81\xa7message\xa2no\xa3nsp\xa1/");
}

TEST_CASE("an event with binary inside comes back as it went") {
  const std::vector<value> sent{value::from_bytes("one"), 5, value::from_bytes("two")};
  const argument_writer writer("ev", sent);
  const auto made = encode.event("/a", writer.texts(), 7, writer.attachments());
  const auto packet = decode(message(made)).value();
  const auto& view = packet->view();
  CHECK(view.type == packet_type::binary_event);
  CHECK(view.nsp == "/a");
  CHECK(view.id == 7);
  REQUIRE(view.arguments.size() == 4);
  CHECK(view.arguments[0] == "\"ev\"");
  CHECK(value::from_packet(packet, view.arguments[3]).as_bytes()->size() == 3);
  const argument_writer relayed("ev", std::vector{value::from_packet(packet, view.arguments[3])});
  CHECK(relayed.attachments()[0] == "two");
}

TEST_CASE("a client's own placeholder beside binary is an object for the receiver") {
  const auto forged = decode(
                          "\x83\xa4type\x02\xa4"
                          "data\x92\xa1"
                          "e\x82\xac_placeholder\xc3\xa3num\x07\xa3nsp\xa1/"s)
                          .value();
  const value sent = value::from_packet(forged, forged->view().arguments.at(1));
  const std::vector<value> values{
      sent, value::from_bytes("one"),
      value::from_elements(std::vector{sent, value::from_bytes("two")})};
  const argument_writer writer("ev", values);
  const auto back =
      decode(message(encode.event("/", writer.texts(), {}, writer.attachments()))).value();
  REQUIRE(back->attachments().size() == 2);
  const auto at = [&](std::size_t i) {
    return value::from_packet(back, back->view().arguments.at(i));
  };
  CHECK(at(1).json() == R"({"_placeholder":false,"num":7})");
  CHECK(at(2).is_binary());
  CHECK(at(3).as_array()->at(1).is_binary());
}

TEST_CASE("a connect packet's placeholders must mean its binary values") {
  CHECK(error_of("\x83\xa4type\x00\xa4"
                 "data\x82\xa1"
                 "a\xc4\x01x\xa1"
                 "b\x82\xac_placeholder\xc3\xa3num\x07\xa3nsp\xa1/"s) == errc::bad_attachments);
}

TEST_CASE("members come in any order, unknown ones are passed over") {
  const auto packet = decode(
                          "\x84\xa3nsp\xa1/\xa1x\x92\x01\xc4\x01z\xa4"
                          "data\x91\xa1"
                          "e\xa4type\x02"s)
                          .value();
  CHECK(packet->view().type == packet_type::event);
  CHECK(packet->view().payload == "[\"e\"]");
  CHECK(decode("\x83\xa4type\x00\xa4"
               "data\xd4\x00\x00\xa3nsp\xa1/"s)
            .value()
            ->view()
            .payload.empty());
}

TEST_CASE("what is no packet is refused") {
  CHECK(error_of("2[\"x\"]", false) == errc::unexpected_text);
  CHECK(error_of("\x90") == errc::bad_payload);
  CHECK(error_of("\x80") == errc::bad_payload);
  CHECK(error_of("\x82\xa4type\x05\xa3nsp\xa1/"s) == errc::bad_packet_type);
  CHECK(error_of("\x82\xa4type\xff\xa3nsp\xa1/"s) == errc::bad_payload);
  CHECK(error_of("\x82\xa4type\x02\xa3nsp\xa1/"s) == errc::bad_payload);
  CHECK(error_of("\x81\xa4type\x01"s) == errc::bad_payload);
  CHECK(error_of("\x82\xa4type\x01\xa3nsp\xa1x"s) == errc::bad_namespace);
  CHECK(error_of("\x82\xa4type\x01\xa3nsp\xa1/\x00"s) == errc::bad_payload);
  CHECK(error_of("\x83\xa4type\x02\xa4"
                 "data\x91\xa7"
                 "connect\xa3nsp\xa1/"s) == errc::bad_event_name);
  CHECK(error_of("\x83\xa4type\x00\xa4"
                 "data\x90\xa3nsp\xa1/"s) == errc::bad_payload);
  CHECK(error_of("\x84\xa4type\x03\xa2id\xff\xa4"
                 "data\x90\xa3nsp\xa1/"s) == errc::bad_payload);
  // A placeholder that was sent as such, beside a real attachment.
  CHECK(error_of("\x83\xa4type\x02\xa4"
                 "data\x93\xa1"
                 "e\xc4\x01x\x82\xac_placeholder\xc3\xa3num\x07\xa3nsp\xa1/"s) ==
        errc::bad_attachments);
}
