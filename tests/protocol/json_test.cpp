#include <tests/catch.hpp>

#include <troupe/protocol/json.hpp>

namespace json = troupe::protocol::json;
using troupe::protocol::errc;
using namespace std::string_view_literals;

namespace {

const json::scan_limits wide{512, 4096};

bool is_json(std::string_view text) {
  const auto scanned = json::scan(text, wide, false);
  CHECK(json::scan(text, wide, true).has_value() == scanned.has_value());
  return scanned.has_value();
}

std::vector<std::string_view> elements(std::string_view text) {
  return json::scan(text, wide, false).value().elements;
}

std::vector<std::uint64_t> numbers(std::string_view text) {
  std::vector<std::uint64_t> found;
  for (const auto& p : json::scan(text, wide, true).value().placeholders) {
    CHECK(text.at(p.offset) == '{');
    CHECK(text.at(p.offset + p.size - 1) == '}');
    found.push_back(p.number);
  }
  return found;
}

errc placeholder_error(std::string_view text) {
  const auto scanned = json::scan(text, wide, true);
  REQUIRE(scanned.has_error());
  return static_cast<errc>(scanned.error().value());
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

std::string written(double number) {
  std::string out;
  json::append_number(out, number);
  return out;
}

using list = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("json accepts what RFC 8259 allows") {
  for (const auto text : {"null"sv,
                          "true"sv,
                          "false"sv,
                          "0"sv,
                          "-0"sv,
                          "10"sv,
                          "-1.5"sv,
                          "1e5"sv,
                          "1E-5"sv,
                          "0.5e+10"sv,
                          "\"\""sv,
                          "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\""sv,
                          "[]"sv,
                          "{}"sv,
                          " \t\r\n[ 1 , 2 ] \n"sv,
                          "[[],[[]],{}]"sv,
                          "{\"a\":{\"b\":[1,{\"c\":null}]},\"\":0}"sv,
                          "{ \"a\" : 1 , \"a\" : 2 }"sv,
                          "\"\\ud800\""sv,
                          "\"\\udc00\\ud800\""sv,
                          "\"\x7f\""sv,
                          "\"long enough to be read by words, \\n and then some more of it\""sv}) {
    INFO(text);
    CHECK(is_json(text));
  }
}

TEST_CASE("json refuses everything else") {
  for (const auto text : {""sv,           " "sv,
                          "nul"sv,        "nulll"sv,
                          "True"sv,       "01"sv,
                          "-"sv,          "+1"sv,
                          ".5"sv,         "1."sv,
                          "1.e1"sv,       "1e"sv,
                          "1e+"sv,        "0x1"sv,
                          "NaN"sv,        "Infinity"sv,
                          "\""sv,         "\"a"sv,
                          "\"\\\""sv,     "\"\\x\""sv,
                          "\"\\u12\""sv,  "\"\\u12g4\""sv,
                          "\"\\u\""sv,    "\"\n\""sv,
                          "\"\0\""sv,     "\"12345678\x1f\""sv,
                          "'a'"sv,        "["sv,
                          "]"sv,          "[1"sv,
                          "[1,"sv,        "[1,]"sv,
                          "[,1]"sv,       "[1 2]"sv,
                          "[1}"sv,        "{"sv,
                          "{\"a\"}"sv,    "{\"a\":}"sv,
                          "{\"a\":1,}"sv, "{a:1}"sv,
                          "{1:1}"sv,      "{\"a\":1]"sv,
                          "{\"a\" 1}"sv,  "{,}"sv,
                          "{\"a\""sv,     "{\"a\":"sv,
                          "{\"a\":1"sv,   "1 2"sv,
                          "[] []"sv,      "[]]"sv,
                          "[1]x"sv,       "\xef\xbb\xbf[]"sv,
                          "[1\f]"sv,      "//\n1"sv,
                          "-[]"sv}) {
    INFO(text);
    CHECK_FALSE(is_json(text));
  }
}

TEST_CASE("json tells the kind at the top") {
  const auto kind = [](std::string_view text) {
    return json::scan(text, wide, false).value().type;
  };
  CHECK(kind(" null") == json::kind::null);
  CHECK(kind("false") == json::kind::boolean);
  CHECK(kind("-1") == json::kind::number);
  CHECK(kind("\"\"") == json::kind::string);
  CHECK(kind("[]") == json::kind::array);
  CHECK(kind("{}") == json::kind::object);
}

TEST_CASE("json slices the elements of the array at the top, and of no other") {
  CHECK(elements("[]").empty());
  CHECK(elements("[ ]").empty());
  CHECK(elements("[\"a\"]") == std::vector{"\"a\""sv});
  CHECK(elements(" [ 1 ,\t[2, 3] , {\"a\":[4]} , [] ,\"]\" ] ") ==
        std::vector{"1"sv, "[2, 3]"sv, "{\"a\":[4]}"sv, "[]"sv, "\"]\""sv});
  CHECK(elements("{\"a\":[1,2]}").empty());
  CHECK(elements("5").empty());
}

TEST_CASE("json bounds depth and elements") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(json::scan(nested(3), {3, 10}, false).has_value());
  CHECK(json::scan(nested(4), {3, 10}, false).error() == errc::json_too_deep);
  CHECK(json::scan("[1,2,3]", {3, 3}, false).has_value());
  CHECK(json::scan("[1,2,3,4]", {3, 3}, false).error() == errc::too_many_arguments);
  CHECK(json::scan("[[1,2,3,4]]", {3, 3}, false).has_value());
  CHECK(json::scan("1", {0, 0}, false).has_value());
  CHECK(json::scan("[]", {0, 0}, false).error() == errc::json_too_deep);
}

TEST_CASE("json remembers objects and arrays past the depth that needs no memory") {
  std::string text;
  std::string end;
  for (int i = 0; i < 3000; ++i) {
    const bool is_object = i % 3 == 0;
    text += is_object ? "{\"k\":" : "[";
    end.insert(0, 1, is_object ? '}' : ']');
  }
  CHECK(json::scan(text + "1" + end, {3000, 1}, true).has_value());
  end[1500] = end[1500] == '}' ? ']' : '}';
  CHECK(json::scan(text + "1" + end, {3000, 1}, true).error() == errc::bad_json);
}

TEST_CASE("placeholders are found anywhere, whatever their members' order and space") {
  CHECK(numbers("[{\"_placeholder\":true,\"num\":0}]") == list{0});
  CHECK(numbers("[{ \"num\" : 1 , \"_placeholder\" : true },{\"a\":[{\"_placeholder\":true,"
                "\"num\":2}]}]") == list{1, 2});
  CHECK(numbers("{\"_placeholder\":true,\"num\":7,\"more\":[1,{}]}") == list{7});
  CHECK(numbers("{\"\\u005fplaceholder\":true,\"n\\u0075m\":3}") == list{3});
  CHECK(numbers("{\"_placeholder\":true,\"num\":1.0}") == list{1});
  CHECK(numbers("{\"_placeholder\":true,\"num\":1e1}") == list{10});
  CHECK(numbers("{\"_placeholder\":true,\"num\":-0}") == list{0});
}

TEST_CASE("a placeholder's last member of a name wins, as in JavaScript") {
  CHECK(numbers("{\"_placeholder\":false,\"num\":1,\"_placeholder\":true,\"num\":2}") == list{2});
  CHECK(numbers("{\"_placeholder\":true,\"num\":1,\"_placeholder\":false}").empty());
  CHECK(placeholder_error("{\"_placeholder\":true,\"num\":1,\"num\":\"x\"}") ==
        errc::bad_attachments);
}

TEST_CASE("only a literal true makes a placeholder") {
  for (const auto text :
       {"{\"_placeholder\":1,\"num\":0}"sv, "{\"_placeholder\":\"true\",\"num\":0}"sv,
        "{\"_placeholder\":[true],\"num\":0}"sv, "{\"_placeholder\":null}"sv, "[true]"sv,
        "{\"a\":{\"b\":\"_placeholder\"}}"sv, "{\"Placeholder\":true,\"num\":0}"sv}) {
    CHECK(numbers(text).empty());
  }
}

TEST_CASE("a placeholder hides those inside it") {
  CHECK(numbers("{\"_placeholder\":true,\"num\":0,\"x\":{\"_placeholder\":true,\"num\":-1}}") ==
        list{0});
}

TEST_CASE("a placeholder wants a whole number of zero or more") {
  for (const auto num : {"-1"sv, "0.5"sv, "\"0\""sv, "null"sv, "true"sv, "[0]"sv, "{}"sv,
                         "99999999999999999999"sv, "1e400"sv, "18446744073709551615"sv}) {
    const std::string text = "{\"_placeholder\":true,\"num\":" + std::string(num) + "}";
    INFO(text);
    CHECK(placeholder_error(text) == errc::bad_attachments);
    CHECK(json::scan(text, wide, false).has_value());
  }
  CHECK(placeholder_error("{\"_placeholder\":true}") == errc::bad_attachments);
}

TEST_CASE("only placeholders that mean an attachment are found in accepted text") {
  const auto offsets = [](std::string_view text, std::size_t attachments) {
    list found;
    for (const auto& p : json::find_placeholders(text, attachments)) found.push_back(p.offset);
    return found;
  };
  const std::string text =
      R"([{"_placeholder":true},{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}])";
  CHECK(offsets(text, 2) == list{23, 53});
  CHECK(offsets(text, 1) == list{53});
  CHECK(offsets(text, 0).empty());
  CHECK(offsets("[", 1).empty());
}

TEST_CASE("what marks a placeholder is found and taken away, however it is written") {
  const auto unmarked = [](std::string_view text) {
    std::string out = "<";
    json::append_without_marks(out, text);
    CHECK(json::has_placeholder_mark(text) == (out.substr(1) != text));
    return out.substr(1);
  };
  CHECK(unmarked(R"({"_placeholder":true,"num":0})") == R"({"_placeholder":false,"num":0})");
  CHECK(unmarked(R"([{ "\u005fplaceh\u006flder" : true}])") ==
        R"([{ "\u005fplaceh\u006flder" : false}])");
  CHECK(unmarked(R"({"_placeholder":true,"a":[{"k":"\"}","_placeholder":true}]},7)") ==
        R"({"_placeholder":false,"a":[{"k":"\"}","_placeholder":false}]},7)");
  for (const std::string_view text :
       {R"({"_placeholder":false,"placeholder":true})", R"(["_placeholder",true])",
        R"({"a":"\"_placeholder\":true","b":true})", R"({"_placeholder":"true"})", "7", ",",
        R"("_placeholder":)", R"("\u005fplaceholder")"})
    CHECK(unmarked(text) == text);
}

TEST_CASE("strings are escaped as JSON.stringify does") {
  CHECK(quoted("") == "\"\"");
  CHECK(quoted("a\"b\\c/d") == "\"a\\\"b\\\\c/d\"");
  CHECK(quoted("\b\f\n\r\t\x01\x1f\x7f"sv) == "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
  CHECK(quoted("\0"sv) == "\"\\u0000\"");
  CHECK(quoted("\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80") ==
        "\"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80\"");
  CHECK(quoted("a\xff"
               "b\xe2\x80") ==
        "\"a\xef\xbf\xbd"
        "b\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST_CASE("strings are read back") {
  CHECK(json::unescape("\"\"") == "");
  CHECK(json::unescape("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"") == "a\"\\/\b\f\n\r\t");
  CHECK(json::unescape("\"\\u0041\\u00e9\\u20ac\\ud83d\\uDE00!\"") ==
        "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80!");
  CHECK(json::unescape("\"\\u0000\"") == "\0"sv);
}

TEST_CASE("a lone surrogate is read as U+FFFD and takes nothing with it") {
  CHECK(json::unescape("\"\\ud83d\"") == "\xef\xbf\xbd");
  CHECK(json::unescape("\"\\ud83dx\"") == "\xef\xbf\xbdx");
  CHECK(json::unescape("\"\\ud83d\\n\"") == "\xef\xbf\xbd\n");
  CHECK(json::unescape("\"\\ude00\\ud83d\"") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(json::unescape("\"\\ud83d\\u0041\"") ==
        "\xef\xbf\xbd"
        "A");
  CHECK(json::unescape("\"\\ud83d\\ud83d\\ude00\"") == "\xef\xbf\xbd\xf0\x9f\x98\x80");
}

TEST_CASE("numbers are written as JavaScript writes them") {
  CHECK(written(0) == "0");
  CHECK(written(-0.0) == "0");
  CHECK(written(3) == "3");
  CHECK(written(-120) == "-120");
  CHECK(written(0.1) == "0.1");
  CHECK(written(123.456) == "123.456");
  CHECK(written(1e20) == "100000000000000000000");
  CHECK(written(1e21) == "1e+21");
  CHECK(written(1.5e300) == "1.5e+300");
  CHECK(written(0.000001) == "0.000001");
  CHECK(written(0.00000123) == "0.00000123");
  CHECK(written(0.0000001) == "1e-7");
  CHECK(written(-1.25e-9) == "-1.25e-9");
  CHECK(written(5e-324) == "5e-324");
  CHECK(written(1e308 * 10) == "null");
}
