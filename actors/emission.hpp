#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include <troupe/actors/ack_callback.hpp>
#include <troupe/protocol/socketio/conversion.hpp>

namespace troupe::detail {

/// What an emit was given: values, and an ack handler that may stand among them. One `arguments`
/// alone is the values themselves, so that relaying them costs no parsing.
template <class Answer>
struct emission {
  using handler = std::function<void(const Answer&)>;

  template <class... Values>
  explicit emission(Values&&... given) {
    constexpr std::size_t count = (std::size_t{0} + ... + (is_handler<Values> ? 0 : 1));
    if constexpr (count != 1) values.reserve(count);
    (take<count == 1>(std::forward<Values>(given)), ...);
  }

  arguments values;
  handler on_ack;  ///< Empty: none was given.

 private:
  template <class T>
  static constexpr bool is_handler = [] {
    if constexpr (std::same_as<Answer, ack_result>) return ack_callback<std::decay_t<T>>;
    return std::invocable<std::decay_t<T>&, const Answer&>;
  }();

  template <bool IsAlone, class T>
  void take(T&& given) {
    if constexpr (is_handler<T> && std::same_as<Answer, ack_result>)
      on_ack = make_ack_handler(std::decay_t<T>(std::forward<T>(given)));
    else if constexpr (is_handler<T>)
      on_ack = std::forward<T>(given);
    else if constexpr (IsAlone && std::same_as<std::decay_t<T>, arguments>)
      values = std::forward<T>(given);
    else
      values.push_back(conversion<std::decay_t<T>>::to(given));
  }
};

}  // namespace troupe::detail
