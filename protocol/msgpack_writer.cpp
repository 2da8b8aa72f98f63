#include <troupe/protocol/msgpack.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include <troupe/protocol/json.hpp>
#include <troupe/protocol/json_literal.hpp>
#include <troupe/protocol/json_number.hpp>

namespace troupe::protocol::msgpack {
namespace {

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((number >> shift) & 0xff));
}

void append_lead(std::string& out, unsigned lead) {
  out.push_back(static_cast<char>(lead));
}

// A size behind the first of `lead`, `lead + 1`, `lead + 2` whose 1, 2 or 4 bytes hold it.
void append_sized(std::string& out, unsigned lead, std::size_t size) {
  const int bytes = size < 0x100 ? 1 : size < 0x10000 ? 2 : 4;
  append_lead(out, lead + (bytes == 1 ? 0 : bytes == 2 ? 1 : 2));
  append_big_endian(out, size, bytes);
}

// Maps and arrays have no form of 1 byte.
void append_container(std::string& out, unsigned fixed, unsigned lead, std::size_t size) {
  if (size < 0x10) return append_lead(out, fixed | static_cast<unsigned>(size));
  const bool is_short = size < 0x10000;
  append_lead(out, lead + (is_short ? 0 : 1));
  append_big_endian(out, size, is_short ? 2 : 4);
}

void append_negative(std::string& out, std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  if (number >= -0x20) return append_lead(out, static_cast<unsigned char>(bits));
  const int bytes = number >= -0x80 ? 1 : number >= -0x8000 ? 2 : number >= -0x80000000LL ? 4 : 8;
  append_lead(out, bytes == 1 ? 0xd0 : bytes == 2 ? 0xd1 : bytes == 4 ? 0xd2 : 0xd3);
  append_big_endian(out, bits, bytes);
}

void append_real(std::string& out, double number) {
  // What is whole goes as such; -0 is 0, as in JavaScript.
  constexpr double past_uint = 18446744073709551616.0;  // 2^64
  constexpr double int_min = -9223372036854775808.0;    // -2^63
  if (number == std::floor(number) && number < past_uint && number >= int_min) {
    if (number >= 0) return append_number(out, static_cast<std::uint64_t>(number));
    return append_negative(out, static_cast<std::int64_t>(number));
  }
  append_lead(out, 0xcb);
  append_big_endian(out, std::bit_cast<std::uint64_t>(number), 8);
}

void append_number_token(std::string& out, std::string_view token) {
  const char* const end = token.data() + token.size();
  std::uint64_t whole = 0;
  auto read = std::from_chars(token.data(), end, whole);
  if (read.ec == std::errc() && read.ptr == end) return append_number(out, whole);
  std::int64_t negative = 0;
  read = std::from_chars(token.data(), end, negative);
  if (read.ec == std::errc() && read.ptr == end && negative < 0)
    return append_negative(out, negative);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  append_real(out, json::parse_number(token).value_or(token[0] == '-' ? -infinity : infinity));
}

// Walks a valid JSON text from token to token; a placeholder is one token.
class walk {
 public:
  walk(std::string_view text, std::size_t attachments) : text_(text) {
    if (attachments > 0) placeholders_ = json::find_placeholders(text, attachments);
  }

  // The next token's first place, past white space, commas and colons; npos at the end.
  std::size_t next() noexcept {
    const std::size_t at = text_.find_first_not_of(" \t\n\r,:", at_);
    if (at == text_.npos) return at;
    binary_ = nullptr;
    const char c = text_[at];
    if (c == '"') {
      at_ = json::end_of_string(text_, at);
    } else if (c == '{' && seen_ < placeholders_.size() && placeholders_[seen_].offset == at) {
      binary_ = &placeholders_[seen_++];
      at_ = at + binary_->size;
    } else if (c == '{' || c == '}' || c == '[' || c == ']') {
      at_ = at + 1;
    } else {
      at_ = std::min(text_.find_first_of(" \t\n\r,:]}", at), text_.size());
    }
    token_ = text_.substr(at, at_ - at);
    return at;
  }
  std::string_view token() const noexcept { return token_; }
  const json::placeholder* binary() const noexcept { return binary_; }

 private:
  std::string_view text_;
  std::vector<json::placeholder> placeholders_;
  std::size_t at_ = 0;
  std::size_t seen_ = 0;
  std::string_view token_;
  const json::placeholder* binary_ = nullptr;
};

// How many tokens each container has directly inside, in the order in which they open.
std::vector<std::size_t> sizes_in(walk tokens) {
  std::vector<std::size_t> sizes;
  std::vector<std::size_t> open;
  while (tokens.next() != std::string_view::npos) {
    const char c = tokens.token()[0];
    if (c == '}' || c == ']') {
      open.pop_back();
      continue;
    }
    if (!open.empty()) ++sizes[open.back()];
    if (tokens.binary() == nullptr && (c == '{' || c == '[')) {
      open.push_back(sizes.size());
      sizes.push_back(0);
    }
  }
  return sizes;
}

}  // namespace

void append_map(std::string& out, std::size_t members) {
  append_container(out, 0x80, 0xde, members);
}

void append_array(std::string& out, std::size_t elements) {
  append_container(out, 0x90, 0xdc, elements);
}

void append_string(std::string& out, std::string_view text) {
  if (text.size() < 0x20)
    append_lead(out, 0xa0 | static_cast<unsigned>(text.size()));
  else
    append_sized(out, 0xd9, text.size());
  out.append(text);
}

void append_number(std::string& out, std::uint64_t number) {
  if (number < 0x80) return append_lead(out, static_cast<unsigned>(number));
  const int bytes = number < 0x100 ? 1 : number < 0x10000 ? 2 : number < 0x100000000ULL ? 4 : 8;
  append_lead(out, bytes == 1 ? 0xcc : bytes == 2 ? 0xcd : bytes == 4 ? 0xce : 0xcf);
  append_big_endian(out, number, bytes);
}

void append_json(std::string& out, std::string_view json,
                 std::span<const std::string_view> attachments) {
  walk tokens(json, attachments.size());
  const std::vector<std::size_t> sizes = sizes_in(tokens);
  for (std::size_t opened = 0; tokens.next() != std::string_view::npos;) {
    const std::string_view token = tokens.token();
    if (tokens.binary() != nullptr) {
      const std::string_view bytes = attachments[tokens.binary()->number];
      append_sized(out, 0xc4, bytes.size());
      out.append(bytes);
      continue;
    }
    switch (token[0]) {
      case '}':
      case ']':
        break;
      case '{':
        append_map(out, sizes[opened++] / 2);
        break;
      case '[':
        append_array(out, sizes[opened++]);
        break;
      case '"':
        if (token.find('\\') == token.npos)
          append_string(out, token.substr(1, token.size() - 2));
        else
          append_string(out, json::unescape(token));
        break;
      case 't':
      case 'f':
        append_lead(out, token[0] == 't' ? 0xc3 : 0xc2);
        break;
      case 'n':
        append_lead(out, 0xc0);
        break;
      default:
        append_number_token(out, token);
    }
  }
}

}  // namespace troupe::protocol::msgpack
