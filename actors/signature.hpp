#pragma once

#include <concepts>
#include <optional>
#include <tuple>
#include <type_traits>

#include <troupe/protocol/socketio/value.hpp>

// What a handler's parameters say about how to call it.

namespace troupe::detail {

/// A callable whose parameters can be read off: one call operator, no template, or a function.
template <class F>
concept has_signature = std::is_function_v<std::remove_pointer_t<F>> || requires {
  &F::operator();
};

template <class T>
struct signature : signature<decltype(&T::operator())> {};
template <class R, class... A>
struct signature<R (*)(A...)> {
  using result = R;
  using parameters = std::tuple<std::decay_t<A>...>;
};
template <class R, class... A>
struct signature<R (*)(A...) noexcept> : signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct signature<R (C::*)(A...)> : signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct signature<R (C::*)(A...) const> : signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct signature<R (C::*)(A...) noexcept> : signature<R (*)(A...)> {};
template <class C, class R, class... A>
struct signature<R (C::*)(A...) const noexcept> : signature<R (*)(A...)> {};

/// A type that arguments can be read as.
template <class T>
concept readable = requires(const value& json) {
  { conversion<T>::from(json) } -> std::same_as<std::optional<T>>;
};

}  // namespace troupe::detail
