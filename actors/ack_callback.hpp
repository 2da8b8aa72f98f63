#pragma once

#include <boost/system/error_code.hpp>
#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <troupe/actors/ack.hpp>
#include <troupe/actors/event.hpp>
#include <troupe/actors/signature.hpp>
#include <troupe/protocol/error.hpp>

namespace troupe {

namespace detail {

/// What a handler of acks takes, read off its parameters.
template <class Parameters>
struct ack_shape {
  static constexpr bool is_one = false;
  static constexpr bool is_several = false;
};
template <readable T>
requires(!std::same_as<T, arguments>) struct ack_shape<std::tuple<protocol::result<T>>> {
  static constexpr bool is_one = true;
  static constexpr bool is_several = false;
};
template <class... T>
requires(readable<T>&&...) struct ack_shape<std::tuple<boost::system::error_code, T...>> {
  static constexpr bool is_one = false;
  static constexpr bool is_several = true;
};

template <class F>
constexpr bool is_typed_ack_callback() {
  if constexpr (has_signature<F>) {
    using shape = ack_shape<typename signature<F>::parameters>;
    return shape::is_one || shape::is_several;
  } else {
    return false;
  }
}

/// A callable that make_ack_handler takes; anything else is a value to emit.
template <class F>
concept ack_callback = is_typed_ack_callback<F>() || std::invocable<F&, const ack_result&>;

/// Counts and logs an answer of another shape than its handler takes, on the client's shard.
void note_mismatched_ack(const mismatch& wrong);

/// One argument of an answer; null past the end, as in JavaScript.
inline value argument_at(const arguments& answer, std::size_t index) {
  return index < answer.size() ? answer[index] : value();
}

template <class T>
std::optional<T> read_answer(const arguments& answer, std::size_t index) {
  const value one = argument_at(answer, index);
  auto read = conversion<T>::from(one);
  if (!read) note_mismatched_ack({index + 1, explain<T>(one)});
  return read;
}

template <class F, class T>
void call_with_one(F& handler, const ack_result& answer, std::tuple<protocol::result<T>>*) {
  if (!answer) return handler(answer.error());
  auto read = read_answer<T>(*answer, 0);
  if (!read) return handler(make_error_code(ack_errc::mismatched));
  handler(*std::move(read));
}

template <class F, class... T, std::size_t... I>
void call_with_several(F& handler, const ack_result& answer,
                       std::tuple<boost::system::error_code, T...>*, std::index_sequence<I...>) {
  if (!answer) return handler(answer.error(), T{}...);
  std::tuple<std::optional<T>...> read;
  if (!((std::get<I>(read) = read_answer<T>(*answer, I)) && ...))
    return handler(make_error_code(ack_errc::mismatched), T{}...);
  handler(boost::system::error_code(), *std::move(std::get<I>(read))...);
}

}  // namespace detail

/// Makes an ack_handler of
///   - `[](const ack_result& answer)`: all arguments of the answer, or the error;
///   - `[](protocol::result<T> answer)`: its first argument as a T, of any type that has a
///     conversion;
///   - `[](error_code failed, T first, U second...)`: its arguments, all default-made when it
///     failed, as Node's `timeout(ms).emit(..., (err, first, second) => {})`.
/// Arguments past the parameters are ignored, missing ones read as null. An answer of another shape
/// gives ack_errc::mismatched, and is counted and logged.
template <detail::ack_callback F>
ack_handler make_ack_handler(F handler) {
  if constexpr (detail::is_typed_ack_callback<F>()) {
    using parameters = typename detail::signature<F>::parameters;
    return [handler = std::move(handler)](const ack_result& answer) mutable {
      constexpr auto shape = static_cast<parameters*>(nullptr);
      if constexpr (detail::ack_shape<parameters>::is_one)
        detail::call_with_one(handler, answer, shape);
      else
        detail::call_with_several(handler, answer, shape,
                                  std::make_index_sequence<std::tuple_size_v<parameters> - 1>{});
    };
  } else {
    return handler;
  }
}

}  // namespace troupe
