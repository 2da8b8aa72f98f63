#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include <troupe/protocol/socketio/conversion.hpp>
#include <troupe/protocol/socketio/sequence_conversion.hpp>
#include <troupe/protocol/socketio/shape_error.hpp>

namespace troupe {

namespace detail {

/// Arrays of as many elements as `Tuple` has, each of its own type.
template <class Tuple>
struct tuple_conversion {
  static constexpr std::string_view expected = "array of the right length";
  static constexpr std::size_t size = std::tuple_size_v<Tuple>;
  using places = std::make_index_sequence<size>;
  template <std::size_t I>
  using at = conversion<std::tuple_element_t<I, Tuple>>;

  static value to(const Tuple& from) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      const std::array<value, size> values{at<I>::to(std::get<I>(from))...};
      return value::from_elements(values);
    }
    (places{});
  }
  static std::optional<Tuple> from(const value& json) {
    const auto values = json.as_array();
    if (!values || values->size() != size) return std::nullopt;
    return [&]<std::size_t... I>(std::index_sequence<I...>)->std::optional<Tuple> {
      std::tuple<std::optional<std::tuple_element_t<I, Tuple>>...> read{
          at<I>::from((*values)[I])...};
      if (!(std::get<I>(read) && ...)) return std::nullopt;
      return Tuple{*std::move(std::get<I>(read))...};
    }
    (places{});
  }
  static shape_error explain(const value& json) {
    const auto values = json.as_array();
    shape_error wrong{{}, expected};
    if (!values || values->size() != size) return wrong;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (explain_at<I>((*values)[I], wrong) && ...);
    }
    (places{});
    return wrong;
  }

 private:
  /// False: this is the element that does not fit.
  template <std::size_t I>
  static bool explain_at(const value& json, shape_error& wrong) {
    if (at<I>::from(json)) return true;
    using element = std::tuple_element_t<I, Tuple>;
    wrong = behind("[" + std::to_string(I) + "]", troupe::explain<element>(json));
    return false;
  }
};

}  // namespace detail

template <class... T>
struct conversion<std::tuple<T...>> : detail::tuple_conversion<std::tuple<T...>> {};
template <class First, class Second>
struct conversion<std::pair<First, Second>> : detail::tuple_conversion<std::pair<First, Second>> {};

/// null is empty.
template <class T>
struct conversion<std::optional<T>> {
  static constexpr std::string_view expected = conversion<T>::expected;
  static value to(const std::optional<T>& from) {
    return from ? conversion<T>::to(*from) : value();
  }
  static std::optional<std::optional<T>> from(const value& json) {
    if (json.is_null()) return std::optional<T>();
    auto inner = conversion<T>::from(json);
    if (!inner) return std::nullopt;
    return std::optional<T>(std::move(*inner));
  }
  static shape_error explain(const value& json) { return troupe::explain<T>(json); }
};

/// null, as the first alternative of a variant.
template <>
struct conversion<std::monostate> {
  static constexpr std::string_view expected = "null";
  static value to(std::monostate) { return {}; }
  static std::optional<std::monostate> from(const value& json) {
    return json.is_null() ? std::optional<std::monostate>(std::monostate()) : std::nullopt;
  }
};

/// The first alternative that the value converts to.
template <class... T>
struct conversion<std::variant<T...>> {
  using variant = std::variant<T...>;
  static constexpr std::string_view expected = "one of several shapes";
  static value to(const variant& from) {
    return std::visit([]<class One>(const One& one) -> value { return conversion<One>::to(one); },
                      from);
  }
  static std::optional<variant> from(const value& json) {
    std::optional<variant> made;
    (take<T>(json, made) || ...);
    return made;
  }

 private:
  template <class One>
  static bool take(const value& json, std::optional<variant>& made) {
    auto converted = conversion<One>::from(json);
    if (!converted) return false;
    made.emplace(*std::move(converted));
    return true;
  }
};

}  // namespace troupe
