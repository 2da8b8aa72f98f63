#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/protocol/error.hpp>

// Between MessagePack and JSON text with placeholders, the form that packets have in here. What
// JavaScript's notepack.io (2.2) writes is read, and what is written is what it would write.
// Source: the MessagePack specification; notepack.io, "Custom types".

namespace troupe::protocol::msgpack {

struct read_limits {
  std::size_t depth_max = 512;      ///< Nesting. Over it: json_too_deep.
  std::size_t binaries_max = 1024;  ///< Binary values in all. Over it: too_many_attachments.
};

/// Reads one value after the other from borrowed bytes. Iterative, bounded; what a length announces
/// is never reserved before it is there. After an error it is only fit to be destroyed.
class reader {
 public:
  reader(std::string_view bytes, const read_limits& bounds) : rest_(bytes), bounds_(bounds) {}

  bool at_end() const noexcept { return rest_.empty(); }
  /// The members that follow, key and value each. Errors: bad_payload for anything but a map.
  result<std::size_t> map();
  /// Errors: bad_payload for anything but a string. Borrows the bytes; they may be no UTF-8.
  result<std::string_view> string();
  /// A whole number >= 0; none for notepack's undefined. Errors: bad_payload.
  result<std::optional<std::uint64_t>> number();
  /// Appends the next value to `json` as JSON text; nothing for undefined.
  /// Binary values become placeholders for `attachments`, dates ISO strings, other extensions
  /// `[type,placeholder]`; NaN, infinities and undefined in arrays null, undefined members are left
  /// out. Errors: bad_payload for what is no MessagePack or a map key that is neither string nor
  /// whole number, json_too_deep, too_many_attachments.
  result<void> value(std::string& json, std::vector<std::string>& attachments);

 private:
  struct token;
  struct open_container;

  result<token> next();
  result<std::string_view> take(std::size_t size);
  result<std::uint64_t> take_number(std::size_t bytes);
  result<token> extension(std::size_t size, bool fixed);
  result<void> append_binary(std::string_view bytes, std::string& json,
                             std::vector<std::string>& attachments);
  result<void> append_scalar(const token& read, std::string& json,
                             std::vector<std::string>& attachments);
  result<void> append_key(const token& read, std::string& json);

  std::string_view rest_;
  read_limits bounds_;
};

void append_map(std::string& out, std::size_t members);
void append_array(std::string& out, std::size_t elements);
/// `text` is UTF-8.
void append_string(std::string& out, std::string_view text);
void append_number(std::string& out, std::uint64_t number);
/// Appends a valid JSON text; placeholders in it mean `attachments`, which become binary values.
/// One whose number is none of theirs is a map like others. Whole numbers take the shortest
/// form, 1.0 too. Iterative, time linear in `json`.
void append_json(std::string& out, std::string_view json,
                 std::span<const std::string_view> attachments);

}  // namespace troupe::protocol::msgpack
