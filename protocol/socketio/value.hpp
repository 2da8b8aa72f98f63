#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/protocol/error.hpp>
#include <troupe/protocol/json.hpp>
#include <troupe/protocol/socketio/decoder.hpp>

namespace troupe {

/// Bytes that travel as a binary attachment.
using bytes_view = std::span<const std::byte>;

/// One argument of an event or an ack: JSON, with binary attachments where the sender put them.
///
/// A received value is a slice of the packet it came in, which it keeps alive: copying and
/// forwarding cost a reference count, nothing is parsed before a handler asks and nothing is
/// written again when it is emitted. Immutable; may be copied to and read on any thread.
class value {
 public:
  /// JSON null.
  value() noexcept;
  value(std::nullptr_t) noexcept : value() {}
  /// Exactly bool: a pointer is no flag.
  template <std::same_as<bool> T>
  value(T flag) noexcept : json_(flag ? "true" : "false") {}
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) value(T number)
      : value(std::is_signed_v<T> ? from_int(static_cast<std::int64_t>(number))
                                  : from_uint(static_cast<std::uint64_t>(number))) {}
  /// NaN and infinities become null, as JSON.stringify does.
  value(double number);
  value(std::string_view text);
  value(const char* text) : value(std::string_view(text)) {}
  value(const std::string& text) : value(std::string_view(text)) {}
  /// One binary attachment.
  value(bytes_view bytes);
  value(const std::vector<std::byte>& bytes) : value(bytes_view(bytes)) {}

  /// Takes JSON text. Errors: bad_json, bad_utf8, json_too_deep (512).
  static protocol::result<value> from_json(std::string text);
  /// JSON text with placeholders for `attachments`. Errors: as above, bad_attachments.
  static protocol::result<value> from_json(std::string text, std::vector<std::string> attachments);
  /// `slice` is one of packet->view().arguments, or the payload of a packet that has none.
  static value from_packet(protocol::socketio::packet_ptr packet, std::string_view slice);
  /// One binary attachment, taken over without a copy.
  static value from_bytes(std::string bytes);
  /// A JSON array of `elements`, with their attachments.
  static value from_elements(std::span<const value> elements);
  /// A JSON object: `from_members({{"user", name}, {"age", 7}})`. Keys that repeat are not checked.
  /// As to keys that make it look like a placeholder, see argument_writer.
  using member = std::pair<std::string_view, value>;
  static value from_members(std::span<const member> members);
  static value from_members(std::initializer_list<member> members) {
    return from_members(std::span(members.begin(), members.size()));
  }

  protocol::json::kind kind() const noexcept;
  bool is_null() const noexcept { return kind() == protocol::json::kind::null; }
  /// True if the value as a whole is one attachment.
  bool is_binary() const noexcept;
  /// True if there is an attachment anywhere inside.
  bool has_attachments() const noexcept;

  /// The JSON text; an attachment stands as `{"_placeholder":true,"num":N}`. Borrows this value.
  std::string_view json() const noexcept { return json_; }
  /// The attachment that `num` in json() means. Empty if there is none.
  bytes_view attachment(std::uint64_t num) const noexcept;

  /// Reads; empty when the JSON is of another kind or does not fit (no silent narrowing: 3.5 and
  /// 300 are not a std::uint8_t; 3.0 is an integer, as in JavaScript).
  std::optional<bool> as_bool() const noexcept;
  std::optional<std::int64_t> as_int() const noexcept;
  std::optional<std::uint64_t> as_uint() const noexcept;
  std::optional<double> as_double() const noexcept;
  std::optional<std::string> as_string() const;
  /// The elements of an array; each keeps the whole alive.
  std::optional<std::vector<value>> as_array() const;
  /// The members of an object in their order, keys that repeat too; each keeps the whole alive.
  std::optional<std::vector<std::pair<std::string, value>>> as_members() const;
  /// The member `key` of an object; null if there is none or this is no object.
  value at(std::string_view key) const;
  /// The bytes if is_binary(). Borrows this value.
  std::optional<bytes_view> as_bytes() const noexcept;

 private:
  friend class argument_writer;
  struct owned;  // Text and attachments of a value made here.
  static value from_int(std::int64_t number);
  static value from_uint(std::uint64_t number);
  static value from_owned(std::string text, std::vector<std::string> attachments = {});

  std::shared_ptr<const void> owner_;  // A packet or an owned; keeps json_ alive.
  std::string_view json_;
  std::span<const std::string> attachments_;  // Inside owner_.
};

/// The arguments of one event or ack.
using arguments = std::vector<value>;

/// Lays out arguments for an encoder: JSON texts whose placeholders number one list of
/// attachments. Values of one packet that are forwarded together, in their order, keep their text;
/// others are written again with new numbers. Borrows the values.
///
/// What looks like a placeholder and means no attachment of its value (a client can send that)
/// stays as it is where there are no attachments; beside some it gets `"_placeholder":false`.
class argument_writer {
 public:
  /// `event` is the name; none for an ack.
  argument_writer(std::optional<std::string_view> event, std::span<const value> values);
  std::span<const std::string_view> texts() const noexcept { return texts_; }
  std::span<const std::string_view> attachments() const noexcept { return attachments_; }

 private:
  void number(std::span<const value> values);
  std::string_view numbered(std::string_view text,
                            std::span<const protocol::json::placeholder> placeholders,
                            std::span<const std::string> attachments);
  std::size_t number_of(const std::string& attachment);
  std::string_view keep(std::string text);

  std::vector<std::string_view> texts_;
  std::vector<std::string_view> attachments_;
  std::vector<std::unique_ptr<std::string>> written_;
};

/// Conversion between T and value, found by typed handlers, typed acks and emit. <troupe/value.hpp>
/// has value, bool, numbers, strings and bytes, and the standard containers of those;
/// <troupe/describe.hpp> structs and enums that Boost.Describe knows; <troupe/json.hpp> Boost.JSON.
///
/// A specialisation of your own has `static value to(const T&)` to emit a T; to read one,
/// `static std::optional<T> from(const value&)` and `static constexpr std::string_view expected`
/// ("number"), and it may have `static shape_error explain(const value&)`: see shape_error.hpp.
template <class T>
struct conversion;

}  // namespace troupe
