#include <troupe/protocol/msgpack.hpp>

#include <bit>
#include <cstdlib>
#include <utility>

#include <troupe/protocol/json.hpp>

namespace troupe::protocol::msgpack {

struct reader::token {
  enum class kind : std::uint8_t {
    nil,
    undefined,
    boolean,
    negative,  // number, as std::int64_t
    whole,     // number
    real,
    string,
    binary,
    extension,  // number is its type, as std::int8_t
    date,       // number, ms since 1970, as std::int64_t
    array,      // number of elements
    map,        // number of members
  };
  kind type = kind::nil;
  std::uint64_t number = 0;
  double real = 0;
  std::string_view bytes{};
};

struct reader::open_container {
  std::uint64_t left;  // Elements or members to come.
  bool is_map;
  bool is_first = true;
};

namespace {

std::uint64_t big_endian(std::string_view bytes) noexcept {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

std::int64_t signed_of(std::uint64_t number, std::size_t bytes) noexcept {
  const unsigned shift = 64 - 8 * static_cast<unsigned>(bytes);
  return static_cast<std::int64_t>(number << shift) >> shift;
}

void append_padded(std::string& out, std::int64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  if (text.size() < digits) out.append(digits - text.size(), '0');
  out.append(text);
}

// As Date.prototype.toJSON writes it; null for what is no date there. The calendar is reckoned in
// years from March, so that the leap day is the last one of its year.
void append_date(std::string& json, std::int64_t since) {
  constexpr std::int64_t last = 8'640'000'000'000'000;
  if (since < -last || since > last) {
    json.append("null");
    return;
  }
  constexpr std::int64_t day_length = 86'400'000;
  constexpr std::int64_t era_days = 146'097;  // 400 years.
  const std::int64_t time = (since % day_length + day_length) % day_length;
  const std::int64_t days = (since - time) / day_length + 719'468;  // Since 1 March 0.
  const std::int64_t day_of_era = (days % era_days + era_days) % era_days;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const std::int64_t year =
      year_of_era + (days - day_of_era) / era_days * 400 + (month <= 2 ? 1 : 0);
  json.push_back('"');
  if (year < 0 || year > 9999) json.push_back(year < 0 ? '-' : '+');
  append_padded(json, std::abs(year), year < 0 || year > 9999 ? 6 : 4);
  append_padded(json.append("-"), month, 2);
  append_padded(json.append("-"), day, 2);
  append_padded(json.append("T"), time / 3'600'000, 2);
  append_padded(json.append(":"), time / 60'000 % 60, 2);
  append_padded(json.append(":"), time / 1000 % 60, 2);
  append_padded(json.append("."), time % 1000, 3);
  json.append("Z\"");
}

}  // namespace

result<std::string_view> reader::take(std::size_t size) {
  if (size > rest_.size()) return errc::bad_payload;
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

result<std::uint64_t> reader::take_number(std::size_t bytes) {
  const auto taken = take(bytes);
  if (!taken) return taken.error();
  return big_endian(*taken);
}

// `fixed`: its length was told by the lead byte alone. notepack has its own extensions of type 0.
result<reader::token> reader::extension(std::size_t size, bool fixed) {
  const auto type = take_number(1);
  if (!type) return type.error();
  const auto bytes = take(size);
  if (!bytes) return bytes.error();
  using kind = token::kind;
  if (*type == 0 && !fixed) return token{kind::binary, 0, 0, *bytes};
  if (*type == 0 && size == 1) return token{kind::undefined};
  if (*type == 0 && size == 8) return token{kind::date, big_endian(*bytes)};
  return token{kind::extension, *type, 0, *bytes};
}

result<reader::token> reader::next() {
  using kind = token::kind;
  const auto first = take_number(1);
  if (!first) return first.error();
  const auto lead = static_cast<unsigned char>(*first);
  const auto sized = [&](kind type, std::uint64_t size) -> result<token> {
    const auto bytes = take(size);
    if (!bytes) return bytes.error();
    return token{type, 0, 0, *bytes};
  };
  if (lead < 0x80) return token{kind::whole, lead};
  if (lead < 0x90) return token{kind::map, lead & 0x0fU};
  if (lead < 0xa0) return token{kind::array, lead & 0x0fU};
  if (lead < 0xc0) return sized(kind::string, lead & 0x1fU);
  if (lead >= 0xe0) return token{kind::negative, static_cast<std::uint64_t>(signed_of(lead, 1))};
  if (lead == 0xc0) return token{kind::nil};
  if (lead == 0xc1) return errc::bad_payload;
  if (lead <= 0xc3) return token{kind::boolean, lead & 1U};
  if (lead >= 0xd4 && lead <= 0xd8) return extension(std::size_t{1} << (lead - 0xd4), true);
  // The rest has a number of 1, 2, 4 or 8 bytes behind the lead.
  struct form {
    unsigned char lead;
    std::size_t bytes;
    kind type;
  };
  static constexpr form forms[] = {
      {0xc4, 1, kind::binary},    {0xc5, 2, kind::binary},    {0xc6, 4, kind::binary},
      {0xc7, 1, kind::extension}, {0xc8, 2, kind::extension}, {0xc9, 4, kind::extension},
      {0xca, 4, kind::real},      {0xcb, 8, kind::real},      {0xcc, 1, kind::whole},
      {0xcd, 2, kind::whole},     {0xce, 4, kind::whole},     {0xcf, 8, kind::whole},
      {0xd0, 1, kind::negative},  {0xd1, 2, kind::negative},  {0xd2, 4, kind::negative},
      {0xd3, 8, kind::negative},  {0, 0, kind::nil},          {0, 0, kind::nil},
      {0, 0, kind::nil},          {0, 0, kind::nil},          {0, 0, kind::nil},
      {0xd9, 1, kind::string},    {0xda, 2, kind::string},    {0xdb, 4, kind::string},
      {0xdc, 2, kind::array},     {0xdd, 4, kind::array},     {0xde, 2, kind::map},
      {0xdf, 4, kind::map}};
  const form& found = forms[lead - 0xc4];
  const auto number = take_number(found.bytes);
  if (!number) return number.error();
  switch (found.type) {
    case kind::string:
    case kind::binary:
      return sized(found.type, *number);
    case kind::extension:
      return extension(*number, false);
    case kind::real:
      if (found.bytes == 8) return token{kind::real, 0, std::bit_cast<double>(*number)};
      return token{kind::real, 0, std::bit_cast<float>(static_cast<std::uint32_t>(*number))};
    case kind::negative: {
      const std::int64_t read = signed_of(*number, found.bytes);
      const auto type = read < 0 ? kind::negative : kind::whole;
      return token{type, static_cast<std::uint64_t>(read)};
    }
    default:
      return token{found.type, *number};
  }
}

result<std::size_t> reader::map() {
  const auto read = next();
  if (!read) return read.error();
  if (read->type != token::kind::map) return errc::bad_payload;
  return read->number;
}

result<std::string_view> reader::string() {
  const auto read = next();
  if (!read) return read.error();
  if (read->type != token::kind::string) return errc::bad_payload;
  return read->bytes;
}

result<std::optional<std::uint64_t>> reader::number() {
  const auto read = next();
  if (!read) return read.error();
  if (read->type == token::kind::undefined) return std::optional<std::uint64_t>();
  if (read->type != token::kind::whole) return errc::bad_payload;
  return std::optional(read->number);
}

result<void> reader::append_binary(std::string_view bytes, std::string& json,
                                   std::vector<std::string>& attachments) {
  if (attachments.size() >= bounds_.binaries_max) return errc::too_many_attachments;
  json.append(R"({"_placeholder":true,"num":)").append(std::to_string(attachments.size()));
  json.push_back('}');
  attachments.emplace_back(bytes);
  return {};
}

result<void> reader::append_scalar(const token& read, std::string& json,
                                   std::vector<std::string>& attachments) {
  using kind = token::kind;
  switch (read.type) {
    case kind::boolean:
      json.append(read.number != 0 ? "true" : "false");
      return {};
    case kind::negative:
      json.append(std::to_string(static_cast<std::int64_t>(read.number)));
      return {};
    case kind::whole:
      json.append(std::to_string(read.number));
      return {};
    case kind::real:
      json::append_number(json, read.real);
      return {};
    case kind::string:
      json::append_string(json, read.bytes);
      return {};
    case kind::date:
      append_date(json, static_cast<std::int64_t>(read.number));
      return {};
    case kind::binary:
      return append_binary(read.bytes, json, attachments);
    case kind::extension: {
      json.append("[").append(std::to_string(signed_of(read.number, 1))).push_back(',');
      auto appended = append_binary(read.bytes, json, attachments);
      json.push_back(']');
      return appended;
    }
    default:
      json.append("null");
      return {};
  }
}

result<void> reader::append_key(const token& read, std::string& json) {
  if (read.type == token::kind::string) {
    json::append_string(json, read.bytes);
  } else if (read.type == token::kind::whole) {
    json.append("\"").append(std::to_string(read.number)).push_back('"');
  } else {
    return errc::bad_payload;
  }
  json.push_back(':');
  return {};
}

result<void> reader::value(std::string& json, std::vector<std::string>& attachments) {
  using kind = token::kind;
  std::vector<open_container> open;
  const auto append = [&](const token& read) -> result<void> {
    if (read.type != kind::array && read.type != kind::map)
      return append_scalar(read, json, attachments);
    if (open.size() >= bounds_.depth_max) return errc::json_too_deep;
    json.push_back(read.type == kind::map ? '{' : '[');
    open.push_back({read.number, read.type == kind::map});
    return {};
  };
  const auto top = next();
  if (!top) return top.error();
  if (top->type == kind::undefined) return {};
  if (const auto appended = append(*top); !appended) return appended.error();
  while (!open.empty()) {
    open_container& inner = open.back();
    if (inner.left == 0) {
      json.push_back(inner.is_map ? '}' : ']');
      open.pop_back();
      continue;
    }
    --inner.left;
    token key;
    if (inner.is_map) {
      const auto read = next();
      if (!read) return read.error();
      key = *read;
    }
    const auto read = next();
    if (!read) return read.error();
    if (inner.is_map && read->type == kind::undefined) continue;
    if (!std::exchange(inner.is_first, false)) json.push_back(',');
    if (inner.is_map)
      if (const auto appended = append_key(key, json); !appended) return appended.error();
    if (const auto appended = append(*read); !appended) return appended.error();
  }
  return {};
}

}  // namespace troupe::protocol::msgpack
