#include <tests/catch.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <troupe/protocol/socketio/described_conversion.hpp>

using troupe::conversion;
using troupe::value;

namespace shapes {

enum class color { red, green = 5 };
BOOST_DESCRIBE_ENUM(color, red, green)

struct point {
  double x = 0;
  double y = 0;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

struct named {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(named, (), (name))

struct polygon : named {
  std::vector<point> points;
  std::optional<color> fill;
  std::vector<std::byte> image;
};
BOOST_DESCRIBE_STRUCT(polygon, (named), (points, fill, image))

}  // namespace shapes

namespace {

using shapes::color;
using shapes::point;
using shapes::polygon;

value parsed(std::string text) {
  return value::from_json(std::move(text)).value();
}

template <class T>
std::string why(std::string text) {
  const value json = parsed(std::move(text));
  REQUIRE_FALSE(conversion<T>::from(json));
  const auto wrong = troupe::explain<T>(json);
  return wrong.path + ": " + std::string(wrong.expected);
}

}  // namespace

TEST_CASE("a described struct is an object of its members") {
  CHECK(conversion<point>::to({1, 0.5}).json() == R"({"x":1,"y":0.5})");
  const auto read = conversion<point>::from(parsed(R"({"y":2,"more":[],"x":1})"));
  REQUIRE(read);
  CHECK(read->x == 1);
  CHECK(read->y == 2);
}

TEST_CASE("a struct of other shape tells where it differs") {
  CHECK(why<point>("[1,2]") == ": object");
  CHECK(why<point>(R"({"x":1})") == ".y: number");
  CHECK(why<point>(R"({"x":1,"y":"2"})") == ".y: number");
  CHECK(why<polygon>(R"({"name":"n","points":[{"x":1,"y":2},{"x":1}]})") == ".points[1].y: number");
  CHECK(why<polygon>(R"({"points":[]})") == ".name: string");
}

TEST_CASE("inherited members, enums and binary come back as they went") {
  polygon sent;
  sent.name = "triangle";
  sent.points = {{1, 2}, {3, 4}};
  sent.fill = color::green;
  sent.image = {std::byte{7}, std::byte{0}};
  const value json = conversion<polygon>::to(sent);
  CHECK(json.at("fill").json() == "\"green\"");
  const auto back = conversion<polygon>::from(json);
  REQUIRE(back);
  CHECK(back->name == "triangle");
  CHECK(back->points[1].y == 4);
  CHECK(back->fill == color::green);
  CHECK(back->image == sent.image);
}

TEST_CASE("an enumerator without a name is its number, and a name that is none is refused") {
  CHECK(conversion<color>::to(static_cast<color>(9)).json() == "9");
  CHECK(conversion<color>::from(parsed("\"red\"")) == color::red);
  CHECK(why<color>("\"blue\"") == ": name of an enumerator");
  CHECK(why<color>("5") == ": name of an enumerator");
}
