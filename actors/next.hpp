#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/protocol/socketio/value.hpp>

namespace troupe {

/// Passed to a middleware: goes on, or refuses. Copyable; may be kept and called later, on any
/// thread; the first call counts.
///
/// Of a namespace (nsp::use): when none is called within options::connect_timeout the client is
/// refused. Of a socket (socket::use): when the last copy goes uncalled, the event is dropped; when
/// none is called within options::event_middleware_timeout it is refused, "timed out".
class next {
 public:
  /// Goes on.
  void operator()() const;
  /// Refuses. A client that joins gets `connect_error` with `message` and `data` (none if null); an
  /// event is dropped, and the socket's error handlers are called.
  void refuse(std::string_view message, const value& data = {}) const;

  /// For the runtime: how a verdict reaches the client's actor.
  class port {
   public:
    virtual ~port() = default;
    virtual void proceed() = 0;
    virtual void refuse(std::string message, value data) = 0;
  };
  explicit next(std::shared_ptr<port> state) noexcept : state_(std::move(state)) {}

 private:
  std::shared_ptr<port> state_;
};

/// Why a middleware refused an event.
struct refusal {
  std::string message;
  value data;  ///< null if none was given
};

}  // namespace troupe
