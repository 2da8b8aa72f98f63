#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
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

/// The whole value as a tree. Refused: what has binary attachments, which Boost.JSON has no type
/// for, and strings that are no Unicode (a lone surrogate). Integers of 64 bits stay exact. Writing
/// throws boost::system::system_error when the tree is no JSON: a NaN, a string that is no UTF-8.
template <>
struct conversion<boost::json::value> {
  static constexpr std::string_view expected = "JSON without binary";

  static value to(const boost::json::value& tree) {
    return value::from_json(boost::json::serialize(tree)).value();
  }

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
  static value to(const Kind& tree) {
    return value::from_json(boost::json::serialize(tree)).value();
  }
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
