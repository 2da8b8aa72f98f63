#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/protocol/socketio/value.hpp>

namespace troupe {

template <>
struct conversion<value> {
  static constexpr std::string_view expected = "any value";
  static value to(const value& from) { return from; }
  static std::optional<value> from(const value& json) { return json; }
};

template <>
struct conversion<bool> {
  static constexpr std::string_view expected = "boolean";
  static value to(bool flag) { return flag; }
  static std::optional<bool> from(const value& json) { return json.as_bool(); }
};

/// Whole numbers; one that does not fit the type is refused, not narrowed.
template <std::integral T>
requires(!std::same_as<T, bool> && !std::same_as<T, char>) struct conversion<T> {
  static constexpr std::string_view expected = "whole number in range";
  static value to(T number) { return number; }
  static std::optional<T> from(const value& json) {
    if constexpr (std::is_signed_v<T>) {
      return in_range(json.as_int());
    } else {
      return in_range(json.as_uint());
    }
  }

 private:
  template <class Wide>
  static std::optional<T> in_range(std::optional<Wide> number) {
    if (!number || !std::in_range<T>(*number)) return std::nullopt;
    return static_cast<T>(*number);
  }
};

template <>
struct conversion<double> {
  static constexpr std::string_view expected = "number";
  static value to(double number) { return number; }
  static std::optional<double> from(const value& json) { return json.as_double(); }
};

/// The nearest float; one past its range is refused.
template <>
struct conversion<float> {
  static constexpr std::string_view expected = "number";
  static value to(float number) { return static_cast<double>(number); }
  static std::optional<float> from(const value& json) {
    const auto number = json.as_double();
    constexpr double max = std::numeric_limits<float>::max();
    if (!number || *number > max || *number < -max) return std::nullopt;
    return static_cast<float>(*number);
  }
};

template <>
struct conversion<std::string> {
  static constexpr std::string_view expected = "string";
  static value to(const std::string& text) { return text; }
  static std::optional<std::string> from(const value& json) { return json.as_string(); }
};

/// Only to JSON: a view would have nothing to borrow from on the way back.
template <>
struct conversion<std::string_view> {
  static value to(std::string_view text) { return text; }
};

/// Only to JSON.
template <>
struct conversion<const char*> {
  static value to(const char* text) { return text; }
};

/// Only to JSON: null.
template <>
struct conversion<std::nullptr_t> {
  static value to(std::nullptr_t) { return {}; }
};

/// Only to JSON: one binary attachment.
template <>
struct conversion<bytes_view> {
  static value to(bytes_view bytes) { return bytes; }
};

/// One binary attachment.
template <>
struct conversion<std::vector<std::byte>> {
  static constexpr std::string_view expected = "binary";
  static value to(const std::vector<std::byte>& bytes) { return bytes; }
  static std::optional<std::vector<std::byte>> from(const value& json) {
    const auto bytes = json.as_bytes();
    if (!bytes) return std::nullopt;
    return std::vector<std::byte>(bytes->begin(), bytes->end());
  }
};

}  // namespace troupe
