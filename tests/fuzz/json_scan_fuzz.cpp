// json::scan against Boost.JSON: they accept the same texts and see the same elements.
#include <tests/fuzz/require.hpp>

#include <troupe/protocol/json.hpp>
#include <troupe/protocol/utf8.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <limits>

namespace {

namespace json = troupe::protocol::json;
using troupe::fuzz::require;
using troupe::protocol::errc;

constexpr std::size_t depth_max = 64;
constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

// Boost.JSON refuses lone surrogate escapes, and numbers whose exponent it cannot hold.
bool may_differ(std::string_view text) {
  if (text.find("\\ud") != text.npos || text.find("\\uD") != text.npos) return true;
  const auto is_exponent = [](char c) { return c == 'e' || c == 'E'; };
  return std::any_of(text.begin(), text.end(), is_exponent) && text.size() > 256;
}

bool has_number(const std::vector<json::placeholder>& found, std::uint64_t number) {
  return std::any_of(found.begin(), found.end(),
                     [&](const json::placeholder& p) { return p.number == number; });
}

void check_placeholders(const boost::json::value& tree,
                        const std::vector<json::placeholder>& found) {
  if (const auto* const array = tree.if_array()) {
    for (const auto& element : *array) check_placeholders(element, found);
  } else if (const auto* const object = tree.if_object()) {
    const auto* const mark = object->if_contains("_placeholder");
    if (mark != nullptr && mark->is_bool() && mark->as_bool()) {
      const auto* const num = object->if_contains("num");
      require(num != nullptr && num->is_number(), "a placeholder has a number");
      if (num->is_int64()) {
        require(has_number(found, static_cast<std::uint64_t>(num->as_int64())),
                "each placeholder is found");
      }
      return;
    }
    for (const auto& member : *object) check_placeholders(member.value(), found);
  }
}

void check_elements(const boost::json::value& tree, const json::scan_result& scanned) {
  const auto* const array = tree.if_array();
  require(scanned.elements.size() == (array == nullptr ? 0 : array->size()), "same elements");
  for (std::size_t i = 0; i < scanned.elements.size(); ++i) {
    if (const auto* const text = (*array)[i].if_string()) {
      const std::string own = json::unescape(scanned.elements[i]);
      require(own == std::string_view(text->data(), text->size()), "same text");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = troupe::fuzz::text_of(bytes, size);
  const auto plain = json::scan(text, {depth_max, unbounded}, false);
  const auto with_placeholders = json::scan(text, {depth_max, unbounded}, true);
  if (plain.has_value() != with_placeholders.has_value()) {
    require(plain.has_value() && with_placeholders.error() == errc::bad_attachments,
            "placeholders change nothing else");
  }
  if (!troupe::protocol::is_utf8(text) || may_differ(text)) return 0;
  if (plain.has_error() && plain.error() == errc::json_too_deep) return 0;

  boost::json::parse_options options;
  options.max_depth = depth_max;
  boost::json::error_code error;
  const boost::json::value tree =
      boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error == boost::json::error::exponent_overflow || error == boost::json::error::too_deep) {
    return 0;
  }
  require(plain.has_value() == !error, "same verdict");
  if (error) return 0;
  check_elements(tree, *plain);
  if (with_placeholders) check_placeholders(tree, with_placeholders->placeholders);
  return 0;
}
