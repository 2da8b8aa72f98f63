#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <troupe/transport/listener_options.hpp>
#include <troupe/transport/stream.hpp>

namespace troupe::transport {

/// Accepts connections and hands each on as a stream that belongs to `loop`; the receiver may move
/// it to another. ECONNABORTED and its like are skipped. TCP_NODELAY is set.
class listener {
 public:
  using accepted_handler = std::function<void(std::unique_ptr<stream>)>;

  virtual ~listener() = default;
  /// Begins to accept. `handler` is called on the loop's thread and lives as long as the listener.
  /// From any one thread; a second call does nothing.
  virtual void start(accepted_handler handler) = 0;
  /// Stops accepting and closes the port, so that it can be had again at once; a handler that is
  /// being called is not waited for. Idempotent; any thread.
  virtual void stop() noexcept = 0;
  virtual std::uint16_t port() const noexcept = 0;  ///< 0 for a Unix domain socket.
};

/// Resolves, binds and listens; any thread. `loop` outlives the listener. Errors: the resolver's
/// and the system's (address_in_use...).
result<std::unique_ptr<listener>> listen(boost::asio::io_context& loop,
                                         const listener_options& options);

/// A stream over a connected socket of somebody else's, which is taken over even on an error.
/// Errors: the system's, for what is no connected stream socket.
result<std::unique_ptr<stream>> adopt_socket(boost::asio::io_context& loop, int descriptor);

}  // namespace troupe::transport
