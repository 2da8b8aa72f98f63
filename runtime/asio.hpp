#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/actors/socket.hpp>

// For programs that use Boost.Asio. Nothing else of Troupe includes it.

namespace troupe {

/// A socket's handlers as an Asio executor: a coroutine spawned on it may use the socket, resumes
/// as one of its handlers, and is destroyed with it.
///
///     awaitable<void> greet(troupe::socket& socket) {
///       const troupe::arguments answer =
///           co_await troupe::async_emit_with_ack(socket, "who?", {}, use_awaitable);
///       if (!answer.empty()) socket.emit("hello", answer.front());
///     }
///     co_spawn(troupe::asio_executor(socket), greet(socket), detached);
class asio_executor {
 public:
  explicit asio_executor(socket& of) : here_(of.executor()) {}

  template <class Work>
  void execute(Work&& work) const {
    // Asio's work may only be moved, a std::function copies.
    auto kept = std::make_shared<std::decay_t<Work>>(std::forward<Work>(work));
    here_.post([kept] { std::move (*kept)(); });
  }
  static constexpr auto query(boost::asio::execution::blocking_t) noexcept {
    return boost::asio::execution::blocking.never;
  }
  boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
    return boost::asio::query(boost::asio::system_executor(), boost::asio::execution::context);
  }
  friend bool operator==(const asio_executor&, const asio_executor&) noexcept = default;

 private:
  socket_executor here_;
};

namespace detail {

struct emit_with_ack_initiation {
  template <class Handler, class To>
  void operator()(Handler handler, const To& to, const std::string& event, arguments values) const {
    auto kept = std::make_shared<Handler>(std::move(handler));
    auto work = boost::asio::make_work_guard(*kept);
    to.emit(event, std::move(values), [kept, work](const auto& result) {
      boost::asio::post(work.get_executor(), [kept, result] { complete(*kept, result); });
    });
  }

 private:
  template <class Handler>
  static void complete(Handler& handler, const ack_result& result) {
    if (result)
      std::move(handler)(boost::system::error_code(), *result);
    else
      std::move(handler)(result.error(), arguments());
  }
  template <class Handler>
  static void complete(Handler& handler, const broadcast_ack_result& result) {
    std::move(handler)(result.error, result.responses);
  }
};

}  // namespace detail

/// Emits with an ack and completes `token` (boost::asio::use_awaitable, use_future, a callback...)
/// with `(error_code, arguments)`: the answer, or ack_errc. `to` is a socket, a socket with flags
/// (`socket.timeout(5s)`) or a remote_socket. Thread: as for emit; completes on the token's
/// executor.
template <class To, class Token>
requires(!std::convertible_to<const To&, broadcast_operator>) auto async_emit_with_ack(
    To&& to, std::string_view event, arguments values, Token&& token) {
  if constexpr (std::same_as<std::decay_t<To>, socket>)
    return async_emit_with_ack(to.compress(true), event, std::move(values),
                               std::forward<Token>(token));
  else
    return boost::asio::async_initiate<Token, void(boost::system::error_code, arguments)>(
        detail::emit_with_ack_initiation(), token, std::forward<To>(to), std::string(event),
        std::move(values));
}

/// The same for a broadcast: completes with `(error_code, std::vector<value>)`, the first argument
/// of each answer that came. See broadcast_ack_result.
template <class Token>
auto async_emit_with_ack(const broadcast_operator& to, std::string_view event, arguments values,
                         Token&& token) {
  return boost::asio::async_initiate<Token, void(boost::system::error_code, std::vector<value>)>(
      detail::emit_with_ack_initiation(), token, to, std::string(event), std::move(values));
}

}  // namespace troupe
