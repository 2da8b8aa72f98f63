// Values of any JSON read and write without loss, alone and beside bytes. The first byte is the
// number of attachments.
#include <tests/fuzz/mixed_values.hpp>
#include <tests/fuzz/require.hpp>

#include <troupe/protocol/socketio/value.hpp>
#include <troupe/protocol/utf8.hpp>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace {

using troupe::value;
using troupe::fuzz::require;

void check_number(double number) {
  const value made(number);
  if (!std::isfinite(number)) return require(made.is_null(), "what is not finite is null");
  require(value::from_json(std::string(made.json())).has_value(), "a number is JSON");
  require(made.as_double() == number, "a number survives");
}

void check_text(std::string_view text) {
  const value made(text);
  require(value::from_json(std::string(made.json())).has_value(), "a string is JSON");
  if (troupe::protocol::is_utf8(text)) require(made.as_string() == text, "a string survives");
}

void check_members(const value& made) {
  const value object = value::from_members({{"a", made}, {"\"{", made}, {"c", "last"}});
  require(object.at("\"{").kind() == made.kind(), "a member keeps its kind");
  require(object.at("a").has_attachments() == made.has_attachments(), "attachments come along");
  for (const std::string_view key : {"a", "", "num", "_placeholder"}) {
    const std::string member(made.at(key).json());
    require(value::from_json(member).has_value() || member.size() > 512, "a member is JSON");
  }
}

void check_value(const value& made) {
  const value elements[] = {made, value("between"), made};
  const value array = value::from_elements(elements);
  const auto back = array.as_array();
  require(back && back->size() == 3, "an array has its elements");
  require((*back)[2].kind() == made.kind(), "an element keeps its kind");
  require((*back)[2].has_attachments() == made.has_attachments(), "attachments come along");
  require((*back)[0].is_binary() == made.is_binary(), "bytes stay bytes");
  if (const auto bytes = made.as_bytes()) {
    const auto other = (*back)[2].as_bytes();
    require(std::equal(bytes->begin(), bytes->end(), other->begin(), other->end()), "same bytes");
  }
  check_members(made);
  if (const auto number = made.as_double()) check_number(*number);
  if (const auto number = made.as_int()) require(value(*number).as_int() == *number, "same int");
  if (const auto number = made.as_uint()) require(value(*number).as_uint() == *number, "same uint");
  if (const auto text = made.as_string()) check_text(*text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::string> attachments;
  for (int i = 0; i < bytes[0] % 4; ++i)
    attachments.push_back(std::string(1, static_cast<char>(i)));
  const std::string_view text = troupe::fuzz::text_of(bytes + 1, size - 1);
  check_text(text);
  if (text.size() >= sizeof(double)) {
    double number;
    std::memcpy(&number, text.data(), sizeof number);
    check_number(number);
  }
  const auto made = value::from_json(std::string(text), std::move(attachments));
  if (!made) return 0;
  check_value(*made);
  const value plain = value::from_json(std::string(text)).value();
  const value both[] = {plain, *made};
  troupe::fuzz::check_mixed(both);
  return 0;
}
