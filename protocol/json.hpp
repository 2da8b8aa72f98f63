#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/protocol/error.hpp>

namespace troupe::protocol::json {

enum class kind : std::uint8_t { null, boolean, number, string, array, object };

/// The kind of a valid JSON text without space around; its first character tells.
kind kind_of(std::string_view text) noexcept;

/// Where a `{"_placeholder":true,"num":N}` stands in a scanned text, and its N. The object may have
/// its members in any order and whitespace between them.
struct placeholder {
  std::size_t offset;
  std::size_t size;
  std::uint64_t number;
};

struct scan_limits {
  std::size_t depth_max = 512;
  std::size_t elements_max = 4096;
};

/// What one pass over a JSON text found; borrows the text.
struct scan_result {
  kind type = kind::null;
  /// For an array at the top: its elements, whitespace trimmed.
  std::vector<std::string_view> elements;
  /// Filled only when asked for, in document order.
  std::vector<placeholder> placeholders;
};

/// Validates one JSON text (RFC 8259; lone surrogate escapes are accepted, as JSON.parse does) and
/// slices its top-level array. Iterative, no allocation but the result's vectors, time linear in
/// `text`. `text` is UTF-8 already checked. Errors: bad_json, json_too_deep, too_many_arguments;
/// bad_attachments for an object with `"_placeholder":true` whose num is not a whole number >= 0.
result<scan_result> scan(std::string_view text, const scan_limits& bounds, bool find_placeholders);

/// The placeholders that mean one of `attachments`: their number is less. What else looks like one
/// is not, nor what stands inside of one. `text` is valid JSON; of any other there are none.
std::vector<placeholder> find_placeholders(std::string_view text, std::size_t attachments);

/// Whether `"_placeholder":true` stands anywhere in `text`: valid JSON, or a run of its tokens.
/// Linear in `text`, and no more than a search where neither that name nor an escape is in it.
bool has_placeholder_mark(std::string_view text);
/// Appends `text`, as above, with each of those marks made `"_placeholder":false`: some receivers
/// take whatever is true in their language for a mark.
void append_without_marks(std::string& out, std::string_view text);

/// Appends `text` as a JSON string with its quotes, escaped as JSON.stringify does. `text` is
/// UTF-8; invalid sequences become U+FFFD.
void append_string(std::string& out, std::string_view text);
/// Appends `number` as JavaScript writes it: 3, 0.1, 1e+21; NaN and infinities as null.
void append_number(std::string& out, double number);
/// Undoes it: the contents of a JSON string literal (quotes included in `literal`), already
/// validated by scan(). A lone surrogate becomes U+FFFD.
std::string unescape(std::string_view literal);

}  // namespace troupe::protocol::json
