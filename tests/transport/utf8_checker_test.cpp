#include <tests/catch.hpp>

#include <string>
#include <string_view>

#include <troupe/transport/utf8_checker.hpp>

using troupe::transport::utf8_checker;

namespace {

bool is_text(std::string_view bytes) {
  utf8_checker whole;
  const bool is_whole = whole.feed(bytes) && whole.is_complete();
  // The same, cut at each place, must come to the same.
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    utf8_checker parts;
    const bool agrees = (parts.feed(bytes.substr(0, cut)) && parts.feed(bytes.substr(cut)) &&
                         parts.is_complete()) == is_whole;
    if (!agrees) FAIL("a cut at " << cut << " changes the answer");
  }
  return is_whole;
}

std::string encoded(unsigned code) {
  std::string bytes;
  if (code < 0x80) {
    bytes += static_cast<char>(code);
  } else if (code < 0x800) {
    bytes += static_cast<char>(0xC0 | code >> 6);
    bytes += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    bytes += static_cast<char>(0xE0 | code >> 12);
    bytes += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    bytes += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    bytes += static_cast<char>(0xF0 | code >> 18);
    bytes += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    bytes += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    bytes += static_cast<char>(0x80 | (code & 0x3F));
  }
  return bytes;
}

}  // namespace

TEST_CASE("utf8 checker takes every code point and refuses every surrogate") {
  for (unsigned code = 0; code <= 0x110FFF; code += code < 0x11000 ? 1 : 61) {
    utf8_checker text;
    const bool is_valid = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    if ((text.feed(encoded(code)) && text.is_complete()) != is_valid) FAIL("code point " << code);
  }
}

TEST_CASE("utf8 checker refuses overlong forms, stray and missing continuation bytes") {
  CHECK(is_text(""));
  CHECK(is_text("plain text that is longer than a word"));
  CHECK(is_text("\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5"));
  CHECK(is_text("\xF0\x9F\x98\x80 and ASCII behind \xF4\x8F\xBF\xBF"));
  CHECK_FALSE(is_text("\xC0\x80"));
  CHECK_FALSE(is_text("\xC1\xBF"));
  CHECK_FALSE(is_text("\xE0\x9F\xBF"));
  CHECK_FALSE(is_text("\xF0\x8F\xBF\xBF"));
  CHECK_FALSE(is_text("\xF4\x90\x80\x80"));
  CHECK_FALSE(is_text("\xF5\x80\x80\x80"));
  CHECK_FALSE(is_text("\xED\xA0\x80"));
  CHECK_FALSE(is_text("\x80"));
  CHECK_FALSE(is_text("12345678\xBF"));
  CHECK_FALSE(is_text("\xE1\x80"));
  CHECK_FALSE(is_text("\xE1\x80 "));
  CHECK_FALSE(is_text("\xFE"));
  CHECK_FALSE(is_text("\xFF"));
}

TEST_CASE("utf8 checker refuses at the first byte that cannot be continued") {
  utf8_checker text;
  CHECK(text.feed("\xF4"));
  CHECK_FALSE(text.feed("\x90"));
  text.reset();
  CHECK(text.feed("ok"));
  CHECK(text.is_complete());
}
