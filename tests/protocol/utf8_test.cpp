#include <tests/catch.hpp>

#include <troupe/protocol/utf8.hpp>

using troupe::protocol::is_utf8;
using namespace std::string_view_literals;

TEST_CASE("well-formed UTF-8 is accepted up to U+10FFFF") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain ascii, longer than one word"));
  CHECK(is_utf8("\0"sv));
  CHECK(is_utf8("\xc2\x80"));
  CHECK(is_utf8("\xdf\xbf"));
  CHECK(is_utf8("\xe0\xa0\x80"));
  CHECK(is_utf8("\xed\x9f\xbf"));
  CHECK(is_utf8("\xee\x80\x80"));
  CHECK(is_utf8("\xef\xbf\xbf"));
  CHECK(is_utf8("\xf0\x90\x80\x80"));
  CHECK(is_utf8("\xf4\x8f\xbf\xbf"));
  CHECK(
      is_utf8("12345678\xc3\xa9"
              "12345678\xf0\x9f\x98\x80"));
}

TEST_CASE("malformed UTF-8 is refused wherever it stands") {
  for (const auto bad :
       {"\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc2"sv, "\xc2\x41"sv, "\xe0\x9f\xbf"sv,
        "\xe1\x80"sv, "\xe1\x80\x41"sv, "\xed\xa0\x80"sv, "\xf0\x8f\xbf\xbf"sv, "\xf1\x80\x80"sv,
        "\xf1\x80\x80\xc0"sv, "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv, "\xff"sv}) {
    CHECK_FALSE(is_utf8(bad));
    for (std::size_t before = 0; before < 17; ++before) {
      CHECK_FALSE(is_utf8(std::string(before, 'a').append(bad)));
      CHECK_FALSE(is_utf8(std::string(before, 'a').append(bad).append("abcdefgh")));
    }
  }
}
