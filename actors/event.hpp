#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <troupe/actors/ack.hpp>
#include <troupe/actors/signature.hpp>
#include <troupe/protocol/socketio/container_conversion.hpp>

namespace troupe {

class socket;

/// One event that a client sent, as handlers see it. Valid for the handler's call; values and the
/// ack may be copied out of it.
class event {
 public:
  event(protocol::socketio::packet_ptr packet, ack reply)
      : packet_(std::move(packet)), reply_(std::move(reply)) {}

  /// The name; a client may send a number, which reads as its digits.
  std::string name() const;
  std::size_t size() const noexcept { return packet_->view().arguments.size() - 1; }
  /// The argument at `index`; null past the end, as in JavaScript.
  value at(std::size_t index) const;
  arguments all() const;
  const ack& reply() const noexcept { return reply_; }

 private:
  protocol::socketio::packet_ptr packet_;
  ack reply_;
};

/// Why a typed handler was not called: argument `index`, from 1, has another shape than the
/// handler's parameter.
struct mismatch {
  std::size_t index;
  shape_error where;
};
/// "argument 2.y: expected number".
std::string text_of(const mismatch& wrong);

namespace detail {

/// Fills one parameter of a handler; those that are not arguments take no place in the event.
template <class T>
struct parameter {
  static_assert(readable<T>,
                "no troupe::conversion reads this parameter's type from an argument: take a"
                " troupe::value, or a std::string in place of a view");
  static constexpr std::size_t places = 1;
  static std::optional<T> read(const event& from, std::size_t index) {
    return conversion<T>::from(from.at(index));
  }
  static shape_error explain(const event& from, std::size_t index) {
    return troupe::explain<T>(from.at(index));
  }
};
/// A binary argument, borrowed from the event for the handler's call.
template <>
struct parameter<bytes_view> {
  static constexpr std::size_t places = 1;
  static std::optional<bytes_view> read(const event& from, std::size_t index) {
    return from.at(index).as_bytes();
  }
  static shape_error explain(const event&, std::size_t) { return {{}, "binary"}; }
};
/// Those that always read.
template <class T>
struct parameter_beside {
  static constexpr std::size_t places = 0;
  static shape_error explain(const event&, std::size_t) { return {}; }
};
template <>
struct parameter<ack> : parameter_beside<ack> {
  static std::optional<ack> read(const event& from, std::size_t) { return from.reply(); }
};
template <>
struct parameter<arguments> : parameter_beside<arguments> {
  static std::optional<arguments> read(const event& from, std::size_t) { return from.all(); }
};
template <>
struct parameter<event> : parameter_beside<event> {
  static std::optional<event> read(const event& from, std::size_t) { return from; }
};

template <class Parameters, std::size_t I>
constexpr std::size_t place_of() {
  return []<std::size_t... Before>(std::index_sequence<Before...>) {
    return (std::size_t{0} + ... + parameter<std::tuple_element_t<Before, Parameters>>::places);
  }
  (std::make_index_sequence<I>{});
}

template <class F, class... T, std::size_t... I>
std::optional<mismatch> call(F& handler, const event& from, std::tuple<T...>*,
                             std::index_sequence<I...>) {
  using parameters = std::tuple<T...>;
  std::tuple<std::optional<T>...> read{parameter<T>::read(from, place_of<parameters, I>())...};
  std::optional<mismatch> wrong;
  ((!wrong && !std::get<I>(read)
        ? void(wrong = mismatch{place_of<parameters, I>() + 1,
                                parameter<T>::explain(from, place_of<parameters, I>())})
        : void()),
   ...);
  if (wrong) return wrong;
  using result = typename signature<F>::result;
  if constexpr (std::is_void_v<result>) {
    handler(*std::move(std::get<I>(read))...);
  } else {
    // A handler that returns something answers the client's ack with it.
    from.reply()(handler(*std::move(std::get<I>(read))...));
  }
  return {};
}

}  // namespace detail

}  // namespace troupe
