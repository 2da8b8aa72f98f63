#include <tests/catch.hpp>

#include <troupe/protocol/socketio/value.hpp>

#include <cmath>
#include <limits>

using troupe::value;
using troupe::protocol::errc;
namespace json = troupe::protocol::json;
namespace socketio = troupe::protocol::socketio;

namespace {

value from(std::string text) {
  return value::from_json(std::move(text)).value();
}

std::vector<std::byte> bytes(std::string_view text) {
  const auto view = std::as_bytes(std::span<const char>(text));
  return {view.begin(), view.end()};
}

std::string text_of(troupe::bytes_view view) {
  return {reinterpret_cast<const char*>(view.data()), view.size()};
}

const troupe::protocol::limits bounds;

socketio::packet_ptr received(std::string text, std::vector<std::string> attachments = {}) {
  socketio::decoder decoder(bounds);
  auto packet = decoder.text(std::move(text), {}).value();
  for (std::string& attachment : attachments) packet = decoder.binary(attachment).value();
  REQUIRE(packet);
  return packet;
}

value argument(const socketio::packet_ptr& packet, std::size_t index) {
  return value::from_packet(packet, packet->view().arguments.at(index));
}

}  // namespace

TEST_CASE("values are made of what C++ has") {
  CHECK(value().json() == "null");
  CHECK(value(nullptr).is_null());
  CHECK(value(true).json() == "true");
  CHECK(value(false).as_bool() == false);
  CHECK(value(-5).json() == "-5");
  CHECK(value(std::numeric_limits<std::int64_t>::min()).json() == "-9223372036854775808");
  CHECK(value(std::numeric_limits<std::uint64_t>::max()).json() == "18446744073709551615");
  CHECK(value(static_cast<short>(7)).json() == "7");
  CHECK(value(0.5).json() == "0.5");
  CHECK(value(1e21).json() == "1e+21");
  CHECK(value(std::nan("")).is_null());
  CHECK(value(-INFINITY).is_null());
  CHECK(value("a\"b").json() == "\"a\\\"b\"");
  CHECK(value(std::string("s")).as_string() == "s");
  CHECK(value(std::string_view("s")).kind() == json::kind::string);
  CHECK_FALSE(std::is_constructible_v<value, const int*>);
}

TEST_CASE("a value of bytes is one attachment") {
  const value made(bytes("ab"));
  CHECK(made.is_binary());
  CHECK(made.has_attachments());
  CHECK(made.json() == "{\"_placeholder\":true,\"num\":0}");
  CHECK(text_of(made.as_bytes().value()) == "ab");
  CHECK(made.attachment(1).empty());
  CHECK(value(bytes("")).as_bytes()->empty());
  CHECK_FALSE(value("ab").is_binary());
}

TEST_CASE("values keep what they read alive") {
  value kept;
  {
    auto packet = received("2[\"x\",\"a text that needs memory of its own\"]");
    kept = argument(packet, 1);
  }
  const value copy = kept;
  kept = value();
  CHECK(copy.as_string() == "a text that needs memory of its own");
}

TEST_CASE("values are read as their own kind only") {
  CHECK_FALSE(value(1).as_bool());
  CHECK_FALSE(value("1").as_int());
  CHECK_FALSE(value("1").as_double());
  CHECK_FALSE(value(1).as_string());
  CHECK_FALSE(value(true).as_uint());
  CHECK_FALSE(value().as_array());
  CHECK_FALSE(from("{}").as_bytes());
}

TEST_CASE("whole numbers are read exactly or not at all") {
  CHECK(from("3").as_int() == 3);
  CHECK(from("3.0").as_int() == 3);
  CHECK(from("30e-1").as_int() == 3);
  CHECK(from("1e3").as_uint() == 1000U);
  CHECK(from("-0").as_uint() == 0U);
  CHECK(from("-0.0").as_int() == 0);
  CHECK_FALSE(from("3.5").as_int());
  CHECK_FALSE(from("-1").as_uint());
  CHECK(from("9223372036854775807").as_int() == std::numeric_limits<std::int64_t>::max());
  CHECK_FALSE(from("9223372036854775808").as_int());
  CHECK_FALSE(from("9223372036854775808.0").as_int());
  CHECK(from("-9223372036854775808.0").as_int() == std::numeric_limits<std::int64_t>::min());
  CHECK(from("18446744073709551615").as_uint() == std::numeric_limits<std::uint64_t>::max());
  CHECK_FALSE(from("18446744073709551616").as_uint());
  CHECK_FALSE(from("1e400").as_int());
}

TEST_CASE("doubles are read as JavaScript reads them, but for infinities") {
  CHECK(from("0.1").as_double() == 0.1);
  CHECK(from("-1.5e3").as_double() == -1500);
  CHECK(from("1e-400").as_double() == 0.0);
  CHECK(from("0." + std::string(400, '0') + "1").as_double() == 0.0);
  CHECK_FALSE(from("1e400").as_double());
  CHECK_FALSE(from("1" + std::string(400, '0')).as_double());
  CHECK_FALSE(from("1" + std::string(400, '0') + ".5").as_double());
  CHECK_FALSE(from("1" + std::string(400, '0') + "e-50").as_double());
  CHECK(from("0." + std::string(400, '0') + "1e+50").as_double() == 0.0);
  CHECK(from("-0." + std::string(400, '0') + "1E50").as_double() == 0.0);
  CHECK_FALSE(from("1e99999999999999999999").as_double());
  CHECK(from("1e-99999999999999999999").as_double() == 0.0);
  CHECK(from("0e99999999999999999999").as_double() == 0.0);
}

TEST_CASE("an array is read element by element, attachments with it") {
  const auto packet = received("51-[\"x\",[1,{\"_placeholder\":true,\"num\":0}]]", {"ab"});
  const auto elements = argument(packet, 1).as_array().value();
  REQUIRE(elements.size() == 2);
  CHECK(elements[0].as_int() == 1);
  CHECK_FALSE(elements[0].has_attachments());
  CHECK(text_of(elements[1].as_bytes().value()) == "ab");
}

TEST_CASE("JSON text is checked and trimmed") {
  CHECK(from(" [1] ").json() == "[1]");
  CHECK(from("\t5\n").kind() == json::kind::number);
  CHECK(value::from_json("[1").error() == errc::bad_json);
  CHECK(value::from_json("").error() == errc::bad_json);
  CHECK(value::from_json("\"\xff\"").error() == errc::bad_utf8);
  CHECK(value::from_json(std::string(513, '[') + std::string(513, ']')).error() ==
        errc::json_too_deep);
  std::string long_array = "[0";
  for (int i = 0; i < 5000; ++i) long_array += ",0";
  CHECK(from(long_array + "]").as_array()->size() == 5001);
}

TEST_CASE("an array may hold what is nested as deep as JSON text may be") {
  const value deep = from(std::string(512, '[') + std::string(512, ']'));
  const value elements[] = {deep, value(bytes("ab"))};
  const auto back = value::from_elements(elements).as_array().value();
  CHECK(back.at(0).json() == deep.json());
  CHECK(back.at(1).is_binary());
}

TEST_CASE("JSON text with attachments must name those there are") {
  const std::string text = "{\"a\":{\"_placeholder\":true,\"num\":0}}";
  CHECK(value::from_json(text, {"x"}).value().has_attachments());
  CHECK_FALSE(value::from_json(text, {"x"}).value().is_binary());
  CHECK(value::from_json("{\"_placeholder\":true,\"num\":1}", {"x"}).error() ==
        errc::bad_attachments);
  CHECK_FALSE(value::from_json(text).value().has_attachments());
}

TEST_CASE("what looks like a placeholder in a text packet is only an object") {
  const value looked = argument(received("2[\"x\",{\"_placeholder\":true,\"num\":0}]"), 1);
  CHECK_FALSE(looked.is_binary());
  CHECK_FALSE(looked.has_attachments());
}

TEST_CASE("what looks like a placeholder stays an object where it is put beside bytes") {
  for (const std::string_view number : {",\"num\":0", ",\"num\":1000000", ""}) {
    const std::string text = "{\"_placeholder\":true" + std::string(number) + "}";
    const value looked = argument(received("2[\"x\"," + text + "]"), 1);
    const value mixed = value::from_members({{"from", looked},
                                             {"body", value(bytes("ab"))},
                                             {"list", value::from_elements(std::vector{looked})}});
    CHECK(text_of(mixed.at("body").as_bytes().value()) == "ab");
    CHECK_FALSE(mixed.at("from").has_attachments());
    CHECK_FALSE(mixed.at("list").has_attachments());
    CHECK(mixed.at("from").kind() == json::kind::object);
    const value again = value::from_elements(std::vector{mixed, looked});
    CHECK(text_of(again.as_array()->at(0).at("body").as_bytes().value()) == "ab");
    CHECK_FALSE(again.as_array()->at(1).has_attachments());
  }
}

TEST_CASE("members with bytes make no placeholder, whatever their keys") {
  const auto made = [](const value& last) {
    return value::from_members({{"_placeholder", true}, {"num", 0}, {"last", last}});
  };
  const value binary = made(value(bytes("ab")));
  CHECK_FALSE(binary.is_binary());
  CHECK(binary.at("_placeholder").json() == "false");
  CHECK(text_of(binary.at("last").as_bytes().value()) == "ab");
  CHECK(made(1).at("_placeholder").json() == "true");
}

TEST_CASE("a connect packet's payload is a value too") {
  const auto packet = received("0{\"token\":\"a\"}");
  CHECK(value::from_packet(packet, packet->view().payload).kind() == json::kind::object);
}

TEST_CASE("an object is read member by member, attachments with it") {
  const value read =
      from(R"( { "a" : 1 , "b":{"a":[2,"}"]}, "c\"\u0064":"x,]" ,"":null,"e":[ ] } )");
  CHECK(read.at("a").json() == "1");
  CHECK(read.at("b").json() == R"({"a":[2,"}"]})");
  CHECK(read.at("b").at("a").json() == R"([2,"}"])");
  CHECK(read.at("c\"d").as_string() == "x,]");
  CHECK(read.at("").is_null());
  CHECK(read.at("e").json() == "[ ]");
  CHECK(read.at("f").is_null());
  CHECK(from(R"({"a":1,"a":2})").at("a").as_int() == 2);
  CHECK(from("{ }").at("a").is_null());
  CHECK(from(R"(["a"])").at("a").is_null());
  CHECK(value("a").at("a").is_null());
  const auto packet = received(R"(51-["x",{"file":{"_placeholder":true,"num":0}}])", {"ab"});
  CHECK(text_of(argument(packet, 1).at("file").as_bytes().value()) == "ab");
}

TEST_CASE("an object is made of its members, attachments with them") {
  CHECK(value::from_members({}).json() == "{}");
  const value made = value::from_members(
      {{"a\"", "x"}, {"n", 1}, {"file", bytes("ab")}, {"other", value(bytes("cd"))}});
  CHECK(made.json() == R"({"a\"":"x","n":1,"file":{"_placeholder":true,"num":0},)"
                       R"("other":{"_placeholder":true,"num":1}})");
  CHECK(text_of(made.at("other").as_bytes().value()) == "cd");
}
