#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <troupe/protocol/socketio/value.hpp>

// Conversions to and from Boost.JSON, for programs that link with it (CMake: troupe::json).
//
//     socket.on("config", [](const boost::json::object& settings) -> boost::json::value { ... });

namespace troupe {

namespace detail {

/// Calls `visit(number)` for the doubles of a tree or a part of it, each of which it may change.
template <class Part, class Visit>
void each_double(Part& part, const Visit& visit) {
  using kind = std::remove_const_t<Part>;
  if constexpr (std::is_same_v<kind, boost::json::array>) {
    for (auto& element : part) each_double(element, visit);
  } else if constexpr (std::is_same_v<kind, boost::json::object>) {
    for (auto&& member : part) each_double(member.value(), visit);
  } else if constexpr (std::is_same_v<kind, boost::json::value>) {
    if (part.is_double()) visit(part);
    if (auto* const elements = part.if_array()) each_double(*elements, visit);
    if (auto* const members = part.if_object()) each_double(*members, visit);
  }
}

/// As JSON.stringify writes it; releases of Boost.JSON differ in what has no number in JSON.
template <class Tree>
value written(const Tree& tree) {
  bool is_finite = true;
  each_double(tree, [&](const boost::json::value& number) {
    is_finite = is_finite && std::isfinite(number.get_double());
  });
  if (is_finite) return value::from_json(boost::json::serialize(tree)).value();
  Tree finite = tree;
  each_double(finite, [](boost::json::value& number) {
    if (!std::isfinite(number.get_double())) number = nullptr;
  });
  return value::from_json(boost::json::serialize(finite)).value();
}

}  // namespace detail

/// The whole value as a tree. Refused: what has binary attachments, which Boost.JSON has no type
/// for, and strings that are no Unicode (a lone surrogate). Integers of 64 bits stay exact, NaN and
/// infinities are written as null. Writing throws boost::system::system_error when a string is no
/// UTF-8.
template <>
struct conversion<boost::json::value> {
  static constexpr std::string_view expected = "JSON without binary";

  static value to(const boost::json::value& tree) { return detail::written(tree); }

  static std::optional<boost::json::value> from(const value& json) {
    if (json.has_attachments()) return std::nullopt;
    boost::json::parse_options options;
    options.max_depth = 512;  // As deep as a value may be.
    boost::system::error_code failed;
    auto tree = boost::json::parse({json.json().data(), json.json().size()}, failed, {}, options);
    if (failed) return std::nullopt;
    return tree;
  }
};

namespace detail {

/// One kind of Boost.JSON's values.
template <class Kind>
struct boost_json_kind {
  static value to(const Kind& tree) { return written(tree); }
  static std::optional<Kind> from(const value& json) {
    auto tree = conversion<boost::json::value>::from(json);
    Kind* const found = tree ? pointer(*tree) : nullptr;
    if (found == nullptr) return std::nullopt;
    return std::move(*found);
  }

 private:
  static Kind* pointer(boost::json::value& tree) noexcept {
    if constexpr (std::is_same_v<Kind, boost::json::object>)
      return tree.if_object();
    else if constexpr (std::is_same_v<Kind, boost::json::array>)
      return tree.if_array();
    else
      return tree.if_string();
  }
};

}  // namespace detail

template <>
struct conversion<boost::json::object> : detail::boost_json_kind<boost::json::object> {
  static constexpr std::string_view expected = "object";
};
template <>
struct conversion<boost::json::array> : detail::boost_json_kind<boost::json::array> {
  static constexpr std::string_view expected = "array";
};
template <>
struct conversion<boost::json::string> : detail::boost_json_kind<boost::json::string> {
  static constexpr std::string_view expected = "string";
};

}  // namespace troupe
