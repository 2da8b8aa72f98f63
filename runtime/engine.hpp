#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/runtime/engine_hooks.hpp>

namespace troupe {

class server;

/// The Engine.IO server below a Socket.IO server, `io.engine()`: what is registered here sees
/// requests and sessions whatever speaks over them. A handle, valid as long as the server. Register
/// before the server starts; afterwards std::logic_error is thrown. What is registered is called on
/// the thread of the shard that has the request, on several at the same time where there are
/// several: it must not block, and shares only what may be shared. What is asked about a request
/// and throws costs it a 500; what a listener throws is only logged and counted. None of it costs
/// anything while nothing is registered.
class engine {
 public:
  engine(std::shared_ptr<engine_hooks> hooks, const server& io)
      : hooks_(std::move(hooks)), server_(&io) {}

  /// Adds a middleware: called for every request of Engine.IO's, polling and upgrade, of a session
  /// too, in order, behind CORS and before any check. It must call `next` or end the response.
  engine use(engine_middleware middleware) const;

  /// Called with every session, once it is open.
  engine on_connection(std::function<void(engine_session&)> listener) const;
  /// Called for every request that is refused, before its answer.
  engine on_connection_error(std::function<void(const connection_error&)> listener) const;
  /// Called with the fields of the first response of a session, to be added to: the polling
  /// handshake's, or the WebSocket's 101. The request is the client's own words: a field must not
  /// repeat them. Those of framing (Content-Length, Connection) are not taken.
  engine on_initial_headers(headers_listener listener) const;
  /// The same for every response of a session, the first after on_initial_headers.
  engine on_headers(headers_listener listener) const;

  /// Gives new sessions their ids in place of 20 random characters: at most 128 of
  /// letters, digits and "-_.~", different among the sessions that are open, and not to be guessed,
  /// since an id is all that a client needs to speak as its session. Any other, or one in use: 400,
  /// code 3. `make` answers through an id_reply, or returns the id.
  template <class F>
  engine generate_id(F make) const {
    if constexpr (std::invocable<F&, const transport::http_request&>) {
      return set_generator(
          [make = std::move(make)](const transport::http_request& request,
                                   const id_reply& reply) mutable { reply(make(request)); });
    } else {
      return set_generator(std::move(make));
    }
  }

  /// Sessions open now, all shards together.
  std::uint64_t clients_count() const;

 private:
  engine set_generator(id_hook make) const;
  engine_hooks& open() const;

  std::shared_ptr<engine_hooks> hooks_;
  const server* server_;
};

}  // namespace troupe
