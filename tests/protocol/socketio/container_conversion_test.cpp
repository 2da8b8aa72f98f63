#include <tests/catch.hpp>

#include <troupe/protocol/socketio/container_conversion.hpp>

using troupe::conversion;
using troupe::value;

namespace {

value parsed(std::string text) {
  return value::from_json(std::move(text)).value();
}

template <class T>
std::optional<T> read(std::string text) {
  return conversion<T>::from(parsed(std::move(text)));
}

template <class T>
std::string write(const T& from) {
  return std::string(conversion<T>::to(from).json());
}

/// Why a text is no T: "[1].x: number".
template <class T>
std::string why(std::string text) {
  REQUIRE_FALSE(read<T>(text));
  const auto wrong = troupe::explain<T>(parsed(std::move(text)));
  return wrong.path + ": " + std::string(wrong.expected);
}

using numbers = std::map<std::string, int>;

}  // namespace

TEST_CASE("an optional is null when empty") {
  CHECK(read<std::optional<int>>("null").value() == std::nullopt);
  CHECK(read<std::optional<int>>("4").value() == 4);
  CHECK(why<std::optional<int>>("\"4\"") == ": whole number in range");
  CHECK(write(std::optional<int>()) == "null");
  CHECK(write(std::optional<int>(4)) == "4");
}

TEST_CASE("a vector converts if each element does") {
  CHECK(read<std::vector<int>>("[1, 2]") == std::vector{1, 2});
  CHECK(read<std::vector<int>>("[]")->empty());
  CHECK(why<std::vector<int>>("[1,\"2\"]") == "[1]: whole number in range");
  CHECK(why<std::vector<int>>("{}") == ": array");
  CHECK(read<std::vector<std::vector<bool>>>("[[true],[]]")->size() == 2);
  CHECK(why<std::vector<std::vector<bool>>>("[[true],[false,1]]") == "[1][1]: boolean");
  CHECK(write(std::vector<std::string>{"a", "b"}) == "[\"a\",\"b\"]");
  CHECK(write(std::vector<int>{}) == "[]");
  CHECK(write(std::vector<bool>{true, false}) == "[true,false]");
}

TEST_CASE("a set is an array") {
  CHECK(read<std::set<std::string>>("[\"b\",\"a\",\"b\"]")->size() == 2);
  CHECK(write(std::set<int>{3, 1}) == "[1,3]");
}

TEST_CASE("an array has its length") {
  using pair = std::array<int, 2>;
  CHECK(read<pair>("[1,2]") == pair{1, 2});
  CHECK(why<pair>("[1]") == ": array of the right length");
  CHECK(why<pair>("[1,2,3]") == ": array of the right length");
  CHECK(why<pair>("[1,null]") == "[1]: whole number in range");
  CHECK(write(pair{3, 4}) == "[3,4]");
  CHECK(write(std::array<int, 0>{}) == "[]");
}

TEST_CASE("maps from strings are objects") {
  CHECK(read<numbers>(R"({"a" : 1, "b":2})") == numbers{{"a", 1}, {"b", 2}});
  CHECK(read<numbers>("{ }")->empty());
  CHECK(read<numbers>(R"({"a":1,"a":3})") == numbers{{"a", 3}});
  CHECK(read<numbers>(R"({"\u0061\n":1})") == numbers{{"a\n", 1}});
  CHECK(why<numbers>(R"({"a":1,"b":"x"})") == ".*: whole number in range");
  CHECK(why<numbers>("[]") == ": object");
  CHECK(read<std::unordered_map<std::string, bool>>(R"({"x":true})")->at("x"));
  CHECK(write(numbers{{"a", 1}, {"q\"", 2}}) == R"({"a":1,"q\"":2})");
  CHECK(write(numbers{}) == "{}");
}

TEST_CASE("tuples and pairs are arrays of their length") {
  using three = std::tuple<int, std::string, std::optional<bool>>;
  CHECK(read<three>(R"([1,"a",null])") == three{1, "a", std::nullopt});
  CHECK(why<three>(R"([1,"a"])") == ": array of the right length");
  CHECK(why<three>(R"([1,2,true])") == "[1]: string");
  CHECK(read<std::pair<int, int>>("[1,2]") == std::pair{1, 2});
  CHECK(write(three{1, "a", true}) == R"([1,"a",true])");
  CHECK(write(std::pair<std::string_view, double>{"x", 0.5}) == R"(["x",0.5])");
  CHECK(write(std::tuple<>()) == "[]");
  CHECK(read<std::tuple<>>("[]"));
}

TEST_CASE("a variant is the first alternative that fits") {
  using either = std::variant<std::monostate, int, double, std::string, std::vector<int>>;
  CHECK(read<either>("null")->index() == 0);
  CHECK(read<either>("3")->index() == 1);
  CHECK(read<either>("3.5")->index() == 2);
  CHECK(read<either>("\"3\"")->index() == 3);
  CHECK(read<either>("[3]")->index() == 4);
  CHECK(why<either>("[\"3\"]") == ": one of several shapes");
  CHECK(write(either(std::vector{1})) == "[1]");
  CHECK(write(either()) == "null");
}

TEST_CASE("containers keep every attachment") {
  using bytes = std::vector<std::byte>;
  using blobs = std::vector<bytes>;
  const blobs sent{{std::byte{1}}, {}, {std::byte{2}, std::byte{3}}};
  CHECK(conversion<blobs>::from(conversion<blobs>::to(sent)) == sent);
  using files = std::map<std::string, std::tuple<int, bytes>>;
  const files folder{{"a", {1, sent[2]}}, {"b", {2, sent[0]}}};
  CHECK(conversion<files>::from(conversion<files>::to(folder)) == folder);
}

TEST_CASE("large containers of deep values convert in a time that their text bounds") {
  std::string text = "[";
  for (int i = 0; i < 20'000; ++i) text += "[[1,2],{\"k\":[3]}],";
  text.back() = ']';
  using item = std::tuple<std::vector<int>, std::map<std::string, std::vector<int>>>;
  CHECK(read<std::vector<item>>(std::move(text))->size() == 20'000);
}
