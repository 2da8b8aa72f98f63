#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <troupe/protocol/socketio/conversion.hpp>
#include <troupe/protocol/socketio/shape_error.hpp>

// Vectors, sets and arrays of a fixed size are JSON arrays, maps from strings are JSON objects.
// Each element must convert.

namespace troupe {

namespace detail {

template <class Elements>
value array_of(const Elements& elements) {
  std::vector<value> values;
  values.reserve(elements.size());
  for (const typename Elements::value_type& one : elements)
    values.push_back(conversion<typename Elements::value_type>::to(one));
  return value::from_elements(values);
}

/// The first element that is no T, or else `expected` of the whole.
template <class T>
shape_error explain_elements(const value& json, std::string_view expected) {
  const auto values = json.as_array();
  for (std::size_t i = 0; values && i < values->size(); ++i) {
    if (!conversion<T>::from((*values)[i]))
      return behind("[" + std::to_string(i) + "]", explain<T>((*values)[i]));
  }
  return {{}, expected};
}

/// Containers of any number of equal elements.
template <class Container>
struct sequence_conversion {
  using element = typename Container::value_type;
  static constexpr std::string_view expected = "array";
  static value to(const Container& elements) { return array_of(elements); }
  static std::optional<Container> from(const value& json) {
    const auto values = json.as_array();
    if (!values) return std::nullopt;
    Container elements;
    for (const value& one : *values) {
      auto converted = conversion<element>::from(one);
      if (!converted) return std::nullopt;
      elements.insert(elements.end(), *std::move(converted));
    }
    return elements;
  }
  static shape_error explain(const value& json) {
    return explain_elements<element>(json, expected);
  }
};

/// Maps from strings. Of keys that repeat the last counts, as in JSON.parse.
template <class Map>
struct map_conversion {
  using mapped = typename Map::mapped_type;
  static constexpr std::string_view expected = "object";
  static value to(const Map& from) {
    std::vector<value::member> members;
    members.reserve(from.size());
    for (const auto& [key, one] : from) members.emplace_back(key, conversion<mapped>::to(one));
    return value::from_members(members);
  }
  static std::optional<Map> from(const value& json) {
    auto members = json.as_members();
    if (!members) return std::nullopt;
    Map made;
    for (auto& [key, one] : *members) {
      auto converted = conversion<mapped>::from(one);
      if (!converted) return std::nullopt;
      made.insert_or_assign(std::move(key), *std::move(converted));
    }
    return made;
  }
  static shape_error explain(const value& json) {
    const auto members = json.as_members();
    for (std::size_t i = 0; members && i < members->size(); ++i) {
      const value& one = (*members)[i].second;
      if (!conversion<mapped>::from(one)) return behind(".*", troupe::explain<mapped>(one));
    }
    return {{}, expected};
  }
};

}  // namespace detail

template <class T, class... Rest>
struct conversion<std::vector<T, Rest...>> : detail::sequence_conversion<std::vector<T, Rest...>> {
};
template <class T, class... Rest>
struct conversion<std::set<T, Rest...>> : detail::sequence_conversion<std::set<T, Rest...>> {};
template <class T, class... Rest>
struct conversion<std::map<std::string, T, Rest...>>
    : detail::map_conversion<std::map<std::string, T, Rest...>> {};
template <class T, class... Rest>
struct conversion<std::unordered_map<std::string, T, Rest...>>
    : detail::map_conversion<std::unordered_map<std::string, T, Rest...>> {};

/// Exactly N elements.
template <class T, std::size_t N>
struct conversion<std::array<T, N>> {
  static constexpr std::string_view expected = "array of the right length";
  static value to(const std::array<T, N>& elements) { return detail::array_of(elements); }
  static std::optional<std::array<T, N>> from(const value& json) {
    auto read = conversion<std::vector<T>>::from(json);
    if (!read || read->size() != N) return std::nullopt;
    std::array<T, N> elements;
    std::move(read->begin(), read->end(), elements.begin());
    return elements;
  }
  static shape_error explain(const value& json) {
    return detail::explain_elements<T>(json, expected);
  }
};

}  // namespace troupe
