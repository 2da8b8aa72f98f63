#include <tests/catch.hpp>

#include <troupe/protocol/json.hpp>
#include <troupe/protocol/msgpack.hpp>

namespace msgpack = troupe::protocol::msgpack;
using troupe::protocol::errc;
using troupe::protocol::result;
using namespace std::string_literals;

namespace {

using list = std::vector<std::string>;

struct read_value {
  std::string json;
  list attachments;
};

result<read_value> read(std::string_view bytes, msgpack::read_limits bounds = {}) {
  read_value made;
  msgpack::reader from(bytes, bounds);
  const auto whole = from.value(made.json, made.attachments);
  if (!whole) return whole.error();
  if (made.json.empty()) made.json = "undefined";
  CHECK(from.at_end());
  return made;
}

std::string json_of(std::string_view bytes) {
  return read(bytes).value().json;
}

errc error_of(std::string_view bytes, msgpack::read_limits bounds = {}) {
  const auto tried = read(bytes, bounds);
  REQUIRE(tried.has_error());
  return static_cast<errc>(tried.error().value());
}

std::string written(std::string_view json, const list& attachments = {}) {
  std::string out;
  const std::vector<std::string_view> views(attachments.begin(), attachments.end());
  msgpack::append_json(out, json, views);
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back("0123456789abcdef"[byte >> 4]);
    out.push_back("0123456789abcdef"[byte & 15]);
  }
  return out;
}

}  // namespace

TEST_CASE("numbers take their shortest form and come back") {
  // What notepack.io 2.2 writes for the same numbers.
  const std::vector<std::pair<std::string, std::string>> forms = {
      {"0", "00"},
      {"127", "7f"},
      {"128", "cc80"},
      {"255", "ccff"},
      {"256", "cd0100"},
      {"65535", "cdffff"},
      {"65536", "ce00010000"},
      {"4294967295", "ceffffffff"},
      {"4294967296", "cf0000000100000000"},
      {"18446744073709551615", "cfffffffffffffffff"},
      {"-1", "ff"},
      {"-32", "e0"},
      {"-33", "d0df"},
      {"-128", "d080"},
      {"-129", "d1ff7f"},
      {"-32768", "d18000"},
      {"-32769", "d2ffff7fff"},
      {"-2147483648", "d280000000"},
      {"-2147483649", "d3ffffffff7fffffff"},
      {"-9223372036854775808", "d38000000000000000"},
      {"0.5", "cb3fe0000000000000"},
      {"-0.5", "cbbfe0000000000000"},
  };
  for (const auto& [json, bytes] : forms) {
    CAPTURE(json);
    CHECK(hex(written(json)) == bytes);
    CHECK(json_of(written(json)) == json);
  }
  CHECK(hex(written("1.0")) == "01");
  CHECK(hex(written("-0")) == "00");
  CHECK(hex(written("-1e2")) == "d09c");
  CHECK(hex(written("1e21")) == "cb444b1ae4d6e2ef50");
  CHECK(hex(written("1e999")) == "cb7ff0000000000000");
  CHECK(hex(written("1e-999")) == "00");
}

TEST_CASE("strings, containers and literals take the forms of their sizes") {
  CHECK(hex(written("null")) == "c0");
  CHECK(hex(written(" [ true , false , [] , {} ] ")) == "94c3c29080");
  CHECK(hex(written(R"({"a":[1],"b":{"c":"x"}})")) == "82a16191" + "01a16281a163a178"s);
  CHECK(hex(written(R"("\u00e9\n")")) == "a3c3a90a");
  for (const std::size_t size : {31U, 32U, 255U, 256U, 65535U, 65536U}) {
    CAPTURE(size);
    const std::string json = '"' + std::string(size, 'x') + '"';
    CHECK(json_of(written(json)) == json);
    std::string array = "[";
    for (std::size_t i = 0; i < size; ++i) array += "1,";
    array.back() = ']';
    CHECK(json_of(written(array)) == array);
  }
  CHECK(hex(written("[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6]").substr(0, 3)) == "dc0010");
}

TEST_CASE("placeholders become binary values and back, by their number") {
  const std::string json =
      R"([{"_placeholder":true,"num":1},{"k":{"num":0 ,"_placeholder":true}}])";
  CHECK(hex(written(json, {"ab", "c"})) == "92c40163" + "81a16bc4026162"s);
  const auto back = read(written(json, {"ab", "c"})).value();
  CHECK(back.attachments == list{"c", "ab"});
  CHECK(back.json == R"([{"_placeholder":true,"num":0},{"k":{"_placeholder":true,"num":1}}])");
  CHECK(hex(written(R"({"_placeholder":true,"num":0})")) ==
        "82ac5f706c616365686f6c646572c3a36e756d00");
}

TEST_CASE("a placeholder for an attachment that is not there is a map like others") {
  CHECK(hex(written(R"([{"_placeholder":true,"num":1},{"_placeholder":true},{"_placeholder":true,)"
                    R"("num":0}])",
                    {"ab"})) ==
        "93"
        "82ac5f706c616365686f6c646572c3a36e756d01"
        "81ac5f706c616365686f6c646572c3"
        "c4026162");
}

TEST_CASE("notepack's own extensions are read") {
  CHECK(json_of("\xd4\x00\x00"s) == "undefined");
  CHECK(json_of("\x92\xd4\x00\x00\x01"s) == "[null,1]");
  CHECK(json_of("\x82\xa1"
                "a\xd4\x00\x00\xa1"
                "b\x01"s) == R"({"b":1})");
  CHECK(json_of("\xd7\x00\x00\x00\x01\x80\x00\x00\x00\x00"s) == "\"2022-04-06T17:50:41.664Z\"");
  CHECK(json_of("\xd7\x00\xff\xff\xff\xff\xff\xff\xff\xff"s) == "\"1969-12-31T23:59:59.999Z\"");
  CHECK(json_of("\xd7\x00\x00\x1e\xb2\x08\xc2\xdc\x00\x00"s) == "\"+275760-09-13T00:00:00.000Z\"");
  CHECK(json_of("\xd7\x00\xff\xe1\x4d\xf7\x3d\x24\x00\x00"s) == "\"-271821-04-20T00:00:00.000Z\"");
  CHECK(json_of("\xd7\x00\x00\x00\x00\xdd\x9a\xa6\xe0\x00"s) == "\"2000-02-29T00:00:00.000Z\"");
  CHECK(json_of("\xd7\x00\x7f\xff\xff\xff\xff\xff\xff\xff"s) == "null");
  const auto buffer = read("\xc7\x08\x00"s + "12345678").value();
  CHECK(buffer.attachments == list{"12345678"});
  const auto other = read("\xd6\xff\x01\x02\x03\x04"s).value();
  CHECK(other.json == R"([-1,{"_placeholder":true,"num":0}])");
}

TEST_CASE("floats, odd keys and bad text are read as JavaScript would") {
  CHECK(json_of("\xca\x3f\x00\x00\x00"s) == "0.5");
  CHECK(json_of("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"s) == "null");
  CHECK(json_of("\x81\x05\xc3"s) == R"({"5":true})");
  CHECK(json_of("\xa1\xff"s) == "\"\xef\xbf\xbd\"");
  CHECK(json_of("\xd3\x00\x00\x00\x00\x00\x00\x00\x05"s) == "5");
}

TEST_CASE("what is no MessagePack is refused") {
  for (const std::string& bytes :
       {""s, "\xc1"s, "\x92\x01"s, "\x81\xa1x"s, "\xa5xx"s, "\xc4"s, "\xc4\x05xx"s, "\xcd\x01"s,
        "\xdd\xff\xff\xff\xff"s, "\xdf\xff\xff\xff\xff"s, "\xc9\xff\xff\xff\xff\x00"s,
        "\x81\xc0\xc0"s, "\x81\x90\xc0"s, "\xd7\x00\x01"s}) {
    CAPTURE(hex(bytes));
    CHECK(error_of(bytes) == errc::bad_payload);
  }
}

TEST_CASE("depth and binary values are bounded") {
  const std::string deep = std::string(600, '\x91') + "\x01";
  CHECK(error_of(deep) == errc::json_too_deep);
  CHECK(error_of(deep, {.depth_max = 599}) == errc::json_too_deep);
  CHECK(read(deep, {.depth_max = 600}).has_value());
  std::string many = "\xdc\x04\x01"s;
  for (int i = 0; i < 1025; ++i) many += "\xc4\x00"s;
  CHECK(error_of(many) == errc::too_many_attachments);
}
