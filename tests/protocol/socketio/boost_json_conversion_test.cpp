#include <tests/catch.hpp>

#include <boost/system/system_error.hpp>
#include <limits>

#include <troupe/protocol/socketio/boost_json_conversion.hpp>

using troupe::conversion;
using troupe::value;
namespace json = boost::json;

namespace {

value parsed(std::string text) {
  return value::from_json(std::move(text)).value();
}

}  // namespace

TEST_CASE("a value becomes a tree of Boost.JSON and comes back") {
  const auto tree = conversion<json::value>::from(
      parsed(R"({"a":[1,-2,18446744073709551615,0.5],"b":{"c":null},"é":"\n"})"));
  REQUIRE(tree);
  CHECK(tree->at("a").at(2).as_uint64() == 18446744073709551615U);
  CHECK(tree->at("b").at("c").is_null());
  const value back = conversion<json::value>::to(*tree);
  CHECK(conversion<json::value>::from(back) == tree);
}

TEST_CASE("objects, arrays and strings of Boost.JSON are refused where another kind stands") {
  CHECK(conversion<json::object>::from(parsed(R"({"a":1})"))->at("a") == 1);
  CHECK_FALSE(conversion<json::object>::from(parsed("[]")));
  CHECK(conversion<json::array>::from(parsed("[1]"))->size() == 1);
  CHECK_FALSE(conversion<json::array>::from(parsed("\"x\"")));
  CHECK(conversion<json::string>::from(parsed("\"x\"")) == json::string("x"));
  CHECK(conversion<json::array>::to({1, "a"}).json() == R"([1,"a"])");
  CHECK(conversion<json::object>::to({{"a", true}}).json() == R"({"a":true})");
  CHECK(conversion<json::string>::to("a").json() == "\"a\"");
}

TEST_CASE("what Boost.JSON cannot say is refused") {
  CHECK_FALSE(conversion<json::value>::from(value::from_bytes("x")));
  CHECK_FALSE(conversion<json::value>::from(parsed(R"("\ud800")")));
  CHECK(conversion<json::value>::from(parsed(std::string(512, '[') + std::string(512, ']'))));
}

TEST_CASE("a tree that is no JSON is not emitted") {
  CHECK_THROWS_AS(conversion<json::value>::to("\xff"), boost::system::system_error);
}

TEST_CASE("what is no number in JSON is null, on every release of Boost.JSON") {
  const double infinite = std::numeric_limits<double>::infinity();
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  CHECK(conversion<json::value>::to(nothing).json() == "null");
  CHECK(conversion<json::array>::to({1, -infinite, json::array{nothing}}).json() ==
        "[1,null,[null]]");
  const json::object nested{{"a", {{"b", infinite}, {"c", 2}}}};
  CHECK(conversion<json::object>::to(nested).json() == R"({"a":{"b":null,"c":2}})");
  CHECK(nested.at("a").at("b") == infinite);
}
