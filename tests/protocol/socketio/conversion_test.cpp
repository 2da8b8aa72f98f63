#include <tests/catch.hpp>

#include <troupe/protocol/socketio/conversion.hpp>

using troupe::conversion;
using troupe::value;

namespace {

template <class T>
std::optional<T> read(std::string text) {
  return conversion<T>::from(value::from_json(std::move(text)).value());
}

template <class T>
std::string write(const T& from) {
  return std::string(conversion<T>::to(from).json());
}

}  // namespace

TEST_CASE("numbers convert if they fit") {
  CHECK(read<int>("5") == 5);
  CHECK(read<std::uint8_t>("255") == 255);
  CHECK_FALSE(read<std::uint8_t>("256"));
  CHECK_FALSE(read<std::uint8_t>("3.5"));
  CHECK_FALSE(read<std::uint8_t>("-1"));
  CHECK(read<std::int8_t>("-128") == -128);
  CHECK(read<std::uint64_t>("18446744073709551615") == 18446744073709551615U);
  CHECK(read<double>("0.5") == 0.5);
  CHECK(read<float>("0.5") == 0.5F);
  CHECK_FALSE(read<float>("1e300"));
  CHECK_FALSE(read<int>("\"5\""));
  CHECK(write(5) == "5");
  CHECK(write(0.25F) == "0.25");
}

TEST_CASE("booleans, strings and values convert") {
  CHECK(read<bool>("true") == true);
  CHECK_FALSE(read<bool>("1"));
  CHECK(read<std::string>("\"a\\n\"") == "a\n");
  CHECK_FALSE(read<std::string>("null"));
  CHECK(read<value>("[1]")->json() == "[1]");
  CHECK(write(true) == "true");
  CHECK(write(std::string("a")) == "\"a\"");
  CHECK(write(std::string_view("a")) == "\"a\"");
  CHECK(write<const char*>("a") == "\"a\"");
  CHECK(write(nullptr) == "null");
}

TEST_CASE("a buffer is taken over without a copy") {
  std::string buffer(1000, 'x');
  const char* const at = buffer.data();
  const value made = value::from_bytes(std::move(buffer));
  CHECK(made.is_binary());
  CHECK(static_cast<const void*>(made.as_bytes()->data()) == static_cast<const void*>(at));
}

TEST_CASE("members are read in their order") {
  const auto members =
      value::from_json(R"({ "a" : 1.0 ,"b":[2],"a":{"c":"}"} })").value().as_members();
  REQUIRE(members);
  REQUIRE(members->size() == 3);
  CHECK((*members)[0].first == "a");
  CHECK((*members)[0].second.json() == "1.0");
  CHECK((*members)[1].first == "b");
  CHECK((*members)[2].second.json() == R"({"c":"}"})");
  CHECK_FALSE(value::from_json("[]").value().as_members());
}

TEST_CASE("bytes convert to an attachment and back") {
  CHECK(conversion<troupe::bytes_view>::to(troupe::bytes_view()).is_binary());
  const std::vector<std::byte> bytes{std::byte{1}, std::byte{0}};
  const value made = conversion<std::vector<std::byte>>::to(bytes);
  CHECK(made.is_binary());
  CHECK(conversion<std::vector<std::byte>>::from(made) == bytes);
  CHECK_FALSE(read<std::vector<std::byte>>("[1,0]"));
}
