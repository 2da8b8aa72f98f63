#include <troupe/protocol/socketio/value.hpp>

#include <troupe/protocol/json_member.hpp>
#include <troupe/protocol/json_number.hpp>
#include <troupe/protocol/utf8.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace troupe {
namespace {

namespace json = protocol::json;
using protocol::errc;
using protocol::result;

constexpr std::size_t depth_max = 512;
constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();
constexpr std::string_view first_placeholder = R"({"_placeholder":true,"num":0})";

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view space = " \t\n\r";
  text.remove_prefix(text.find_first_not_of(space));
  return text.substr(0, text.find_last_not_of(space) + 1);
}

// 3, and also 3.0 and 3e0: JavaScript has one kind of number.
template <class T>
std::optional<T> parse_whole(std::string_view token) noexcept {
  T whole = 0;
  const char* const end = token.data() + token.size();
  const auto parsed = std::from_chars(token.data(), end, whole);
  if (parsed.ec == std::errc() && parsed.ptr == end) return whole;
  if (parsed.ec == std::errc::result_out_of_range && parsed.ptr == end) return std::nullopt;
  const auto real = json::parse_number(token);
  // Both bounds are powers of two, or zero, and so exact.
  constexpr double low = static_cast<double>(std::numeric_limits<T>::min());
  const double past = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (!real || *real < low || *real >= past || *real != std::floor(*real)) return std::nullopt;
  return static_cast<T>(*real);
}

template <class T>
std::string decimal(T number) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), end.ptr};
}

bytes_view bytes_of(const std::string& text) noexcept {
  return std::as_bytes(std::span<const char>(text));
}

}  // namespace

struct value::owned {
  std::string text;
  std::vector<std::string> attachments;
};

value value::from_owned(std::string text, std::vector<std::string> attachments) {
  auto held = std::make_shared<const owned>(owned{std::move(text), std::move(attachments)});
  value made;
  made.json_ = held->text;
  made.attachments_ = held->attachments;
  made.owner_ = std::move(held);
  return made;
}

value::value() noexcept : json_("null") {}

value value::from_int(std::int64_t number) {
  return from_owned(decimal(number));
}
value value::from_uint(std::uint64_t number) {
  return from_owned(decimal(number));
}

value::value(double number) {
  std::string text;
  json::append_number(text, number);
  *this = from_owned(std::move(text));
}

value::value(std::string_view text) {
  std::string literal;
  json::append_string(literal, text);
  *this = from_owned(std::move(literal));
}

value::value(bytes_view bytes)
    : value(from_bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()})) {}

value value::from_bytes(std::string bytes) {
  std::vector<std::string> attachments;
  attachments.push_back(std::move(bytes));
  return from_owned(std::string(first_placeholder), std::move(attachments));
}

result<value> value::from_json(std::string text) {
  return from_json(std::move(text), {});
}

result<value> value::from_json(std::string text, std::vector<std::string> attachments) {
  if (!protocol::is_utf8(text)) return errc::bad_utf8;
  const auto scanned = json::scan(text, {depth_max, unbounded}, !attachments.empty());
  if (!scanned) return scanned.error();
  for (const json::placeholder& placeholder : scanned->placeholders) {
    if (placeholder.number >= attachments.size()) return errc::bad_attachments;
  }
  value made = from_owned(std::move(text), std::move(attachments));
  made.json_ = trimmed(made.json_);
  return made;
}

value value::from_packet(protocol::socketio::packet_ptr packet, std::string_view slice) {
  value made;
  made.json_ = slice;
  made.attachments_ = packet->attachments();
  made.owner_ = std::move(packet);
  return made;
}

value value::from_elements(std::span<const value> elements) {
  const argument_writer writer({}, elements);
  std::string text = "[";
  for (const std::string_view element : writer.texts()) {
    if (text.size() > 1) text.push_back(',');
    text.append(element);
  }
  text.push_back(']');
  const auto bytes = writer.attachments();
  return from_owned(std::move(text), std::vector<std::string>(bytes.begin(), bytes.end()));
}

value value::from_members(std::span<const member> members) {
  std::vector<value> values;
  values.reserve(members.size());
  for (const member& listed : members) values.push_back(listed.second);
  const argument_writer writer({}, values);
  const auto bytes = writer.attachments();
  std::string text = "{";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) text.push_back(',');
    json::append_string(text, members[i].first);
    text.push_back(':');
    const std::string_view one = writer.texts()[i];
    // Beside attachments the object itself must not look like a placeholder.
    const bool is_mark = one == "true" && members[i].first == "_placeholder" && !bytes.empty();
    text.append(is_mark ? "false" : one);
  }
  text.push_back('}');
  return from_owned(std::move(text), std::vector<std::string>(bytes.begin(), bytes.end()));
}

json::kind value::kind() const noexcept {
  return json::kind_of(json_);
}

bool value::is_binary() const noexcept {
  return as_bytes().has_value();
}

bool value::has_attachments() const noexcept {
  return !attachments_.empty() && !json::find_placeholders(json_, attachments_.size()).empty();
}

bytes_view value::attachment(std::uint64_t num) const noexcept {
  return num < attachments_.size() ? bytes_of(attachments_[num]) : bytes_view();
}

std::optional<bool> value::as_bool() const noexcept {
  if (kind() != json::kind::boolean) return std::nullopt;
  return json_ == "true";
}

std::optional<std::int64_t> value::as_int() const noexcept {
  if (kind() != json::kind::number) return std::nullopt;
  return parse_whole<std::int64_t>(json_);
}

std::optional<std::uint64_t> value::as_uint() const noexcept {
  if (kind() != json::kind::number) return std::nullopt;
  return parse_whole<std::uint64_t>(json_);
}

std::optional<double> value::as_double() const noexcept {
  if (kind() != json::kind::number) return std::nullopt;
  return json::parse_number(json_);
}

std::optional<std::string> value::as_string() const {
  if (kind() != json::kind::string) return std::nullopt;
  return json::unescape(json_);
}

std::optional<std::vector<value>> value::as_array() const {
  if (kind() != json::kind::array) return std::nullopt;
  std::vector<value> elements;
  const auto scanned = json::scan(json_, {unbounded, unbounded}, false);
  if (!scanned) return std::nullopt;
  elements.reserve(scanned->elements.size());
  for (const std::string_view element : scanned->elements) {
    elements.push_back(*this);
    elements.back().json_ = element;
  }
  return elements;
}

std::optional<std::vector<std::pair<std::string, value>>> value::as_members() const {
  if (kind() != json::kind::object) return std::nullopt;
  std::vector<std::pair<std::string, value>> members;
  for (json::member_walk walk(json_); walk.next();) {
    members.emplace_back(json::unescape(walk.key()), *this);
    members.back().second.json_ = walk.value();
  }
  return members;
}

value value::at(std::string_view key) const {
  if (kind() != json::kind::object) return {};
  const std::string_view found = json::find_member(json_, key);
  if (found.empty()) return {};
  value made(*this);
  made.json_ = found;
  return made;
}

std::optional<bytes_view> value::as_bytes() const noexcept {
  if (attachments_.empty() || kind() != json::kind::object) return std::nullopt;
  const auto placeholders = json::find_placeholders(json_, attachments_.size());
  if (placeholders.empty() || placeholders[0].size != json_.size()) return std::nullopt;
  return attachment(placeholders[0].number);
}

}  // namespace troupe
