#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string_view>
#include <utility>

#include <troupe/actors/broadcast_operator.hpp>

namespace troupe {

namespace actors {
struct socket_state;
}

/// Emits to one client with flags: `socket.timeout(5s).emit("question", handler)`,
/// `socket.volatile_().emit("tick")`; or, from there on, to others with the same flags. Every flag
/// gives a new operator. Thread and life as for the socket that it came from.
class socket_operator {
 public:
  explicit socket_operator(actors::socket_state& state) noexcept : state_(&state) {}

  /// Not queued if the client cannot be written to right now.
  socket_operator volatile_() const;
  /// Whether a transport that compresses may do so; true unless told.
  socket_operator compress(bool may) const;
  /// How long the ack of an emit is waited for; options::ack_timeout unless told.
  socket_operator timeout(std::chrono::milliseconds limit) const;

  /// Emits to this client. With an ack_handler as last argument the client is asked for an ack,
  /// and the handler called once: with its answer, or with ack_errc after the timeout or when the
  /// socket ends. Throws std::invalid_argument for a reserved name. Before the socket is connected
  /// (in a namespace's middleware) and behind its end nothing is sent, and the handler gets
  /// ack_errc::disconnected.
  template <class... Values>
  void emit(std::string_view event, Values&&... values) const {
    detail::emission<ack_result> what(std::forward<Values>(values)...);
    emit_values(event, std::move(what.values), std::move(what.on_ack));
  }
  /// The answer as a future: for threads that may wait, never in a handler.
  template <class... Values>
  std::future<ack_result> emit_with_ack(std::string_view event, Values&&... values) const {
    auto answer = std::make_shared<std::promise<ack_result>>();
    auto future = answer->get_future();
    emit(event, std::forward<Values>(values)...,
         [answer](const ack_result& result) { answer->set_value(result); });
    return future;
  }

  /// Everyone in the namespace but this client.
  broadcast_operator broadcast() const;

 private:
  void emit_values(std::string_view event, arguments values, ack_handler handler) const;

  actors::socket_state* state_;
  actors::delivery how_;
  std::chrono::milliseconds timeout_{0};
};

}  // namespace troupe
