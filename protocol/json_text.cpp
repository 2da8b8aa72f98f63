#include <troupe/protocol/json.hpp>
#include <troupe/protocol/utf8.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace troupe::protocol::json {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::uint32_t replacement_point = 0xfffd;

bool is_plain(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

// The letter behind the backslash of a two-character escape; 0 if there is none for `c`.
char short_escape(char c) noexcept {
  switch (c) {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (const char letter = short_escape(c); letter != 0) {
    out.push_back('\\');
    out.push_back(letter);
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\u00");
  out.push_back(digits[byte >> 4]);
  out.push_back(digits[byte & 0xf]);
}

void append_code_point(std::string& out, std::uint32_t point) {
  const auto tail = [&](int shift) {
    out.push_back(static_cast<char>(0x80 | ((point >> shift) & 0x3f)));
  };
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | point >> 12));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xf0 | point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// The UTF-16 unit of the `uXXXX` that `text` starts with.
std::uint32_t utf16_unit(std::string_view text) noexcept {
  std::uint32_t unit = 0;
  std::from_chars(text.data() + 1, text.data() + 5, unit, 16);
  return unit;
}

// Appends what `text`, which starts with `uXXXX`, stands for and returns the bytes it took: two
// escapes for a surrogate pair.
std::size_t append_unicode(std::string& out, std::string_view text) {
  constexpr std::size_t escape_size = 5;
  const std::uint32_t unit = utf16_unit(text);
  if (unit < 0xd800 || unit > 0xdfff) {
    append_code_point(out, unit);
    return escape_size;
  }
  const std::string_view rest = text.substr(escape_size);
  if (unit < 0xdc00 && rest.starts_with("\\u")) {
    const std::uint32_t low = utf16_unit(rest.substr(1));
    if (low >= 0xdc00 && low <= 0xdfff) {
      append_code_point(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
      return 2 * escape_size + 1;
    }
  }
  append_code_point(out, replacement_point);
  return escape_size;
}

char unescaped(char letter) noexcept {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;  // Quote, backslash, slash.
  }
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out.reserve(out.size() + text.size() + 2);
  out.push_back('"');
  while (!text.empty()) {
    std::size_t run = 0;
    while (run < text.size() && is_plain(text[run])) ++run;
    out.append(text.substr(0, run));
    text.remove_prefix(run);
    if (text.empty()) break;
    std::size_t size = 1;
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      append_escaped(out, text[0]);
    } else if (const std::size_t sequence = utf8_sequence_size(text); sequence != 0) {
      size = sequence;
      out.append(text.substr(0, size));
    } else {
      out.append(replacement);
    }
    text.remove_prefix(size);
  }
  out.push_back('"');
}

// ECMA-262, "Number::toString": decimal notation from 1e-6 up to below 1e21, shortest digits.
void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out.append("null");
    return;
  }
  if (number == 0) {  // -0 as well.
    out.push_back('0');
    return;
  }
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(number),
                                 std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t mark = text.find('e');
  int exponent = 0;
  const std::size_t digits_from = text[mark + 1] == '+' ? mark + 2 : mark + 1;
  std::from_chars(text.data() + digits_from, text.data() + text.size(), exponent);
  std::string digits(1, text[0]);
  if (mark > 2) digits.append(text.substr(2, mark - 2));

  if (number < 0) out.push_back('-');
  const int count = static_cast<int>(digits.size());
  if (exponent >= 21 || exponent < -6) {
    out.push_back(digits[0]);
    if (count > 1) out.append(".").append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  } else if (exponent < 0) {
    out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
  } else if (count <= exponent + 1) {
    out.append(digits).append(static_cast<std::size_t>(exponent + 1 - count), '0');
  } else {
    const auto whole = static_cast<std::size_t>(exponent + 1);
    out.append(digits, 0, whole).append(".").append(digits, whole);
  }
}

std::string unescape(std::string_view literal) {
  std::string_view text = literal.substr(1, literal.size() - 2);
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t backslash = text.find('\\');
    out.append(text.substr(0, backslash));
    if (backslash == std::string_view::npos) return out;
    text.remove_prefix(backslash + 1);
    if (text[0] == 'u') {
      text.remove_prefix(append_unicode(out, text));
    } else {
      out.push_back(unescaped(text[0]));
      text.remove_prefix(1);
    }
  }
}

}  // namespace troupe::protocol::json
