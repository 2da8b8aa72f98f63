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

TEST_CASE("bytes convert to an attachment and back") {
  CHECK(conversion<troupe::bytes_view>::to(troupe::bytes_view()).is_binary());
  const std::vector<std::byte> bytes{std::byte{1}, std::byte{0}};
  const value made = conversion<std::vector<std::byte>>::to(bytes);
  CHECK(made.is_binary());
  CHECK(conversion<std::vector<std::byte>>::from(made) == bytes);
  CHECK_FALSE(read<std::vector<std::byte>>("[1,0]"));
}

TEST_CASE("an optional is null when empty") {
  CHECK(read<std::optional<int>>("null").value() == std::nullopt);
  CHECK(read<std::optional<int>>("4").value() == 4);
  CHECK_FALSE(read<std::optional<int>>("\"4\""));
  CHECK(write(std::optional<int>()) == "null");
  CHECK(write(std::optional<int>(4)) == "4");
}

TEST_CASE("a vector converts if each element does") {
  CHECK(read<std::vector<int>>("[1, 2]") == std::vector{1, 2});
  CHECK(read<std::vector<int>>("[]")->empty());
  CHECK_FALSE(read<std::vector<int>>("[1,\"2\"]"));
  CHECK_FALSE(read<std::vector<int>>("{}"));
  CHECK(read<std::vector<std::vector<bool>>>("[[true],[]]")->size() == 2);
  CHECK(write(std::vector<std::string>{"a", "b"}) == "[\"a\",\"b\"]");
  CHECK(write(std::vector<int>{}) == "[]");
}

TEST_CASE("a vector of bytes keeps every attachment") {
  using blobs = std::vector<std::vector<std::byte>>;
  const blobs sent{{std::byte{1}}, {}, {std::byte{2}, std::byte{3}}};
  CHECK(conversion<blobs>::from(conversion<blobs>::to(sent)) == sent);
}
