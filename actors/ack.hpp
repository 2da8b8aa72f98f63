#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include <troupe/protocol/error.hpp>
#include <troupe/protocol/socketio/conversion.hpp>

namespace troupe {

/// What can befall an emit that waits for an ack.
enum class ack_errc {
  timed_out = 1,  ///< "operation has timed out"
  disconnected,   ///< the socket ended first
  too_many,       ///< options::acks_max of this socket's are waiting
  mismatched,     ///< the answer has another shape than a typed handler takes
};
boost::system::error_code make_error_code(ack_errc value) noexcept;

/// The client's answer to an emit with an ack: its arguments, or an ack_errc.
using ack_result = protocol::result<arguments>;
using ack_handler = std::function<void(const ack_result&)>;

/// Answers one event that a client sent with an ack. Copyable; may be kept and called later, on
/// any thread, until the server is destroyed. The first call counts, later ones are ignored, as are
/// calls after the socket ended.
class ack {
 public:
  /// Empty: the client wants no answer; calling does nothing.
  ack() noexcept = default;
  explicit operator bool() const noexcept { return state_ != nullptr; }

  template <class... Values>
  void operator()(Values&&... values) const {
    send({conversion<std::decay_t<Values>>::to(values)...});
  }
  /// All arguments as they are, as emit does.
  void operator()(const arguments& values) const { send(values); }
  void operator()(arguments& values) const { send(values); }
  void operator()(arguments&& values) const { send(std::move(values)); }
  void send(arguments values) const;

  /// For the runtime: how an answer reaches the client.
  class port {
   public:
    virtual ~port() = default;
    virtual void answer(arguments values) = 0;
  };
  explicit ack(std::shared_ptr<port> state) noexcept : state_(std::move(state)) {}

 private:
  std::shared_ptr<port> state_;
};

}  // namespace troupe

template <>
struct boost::system::is_error_code_enum<troupe::ack_errc> : std::true_type {};
