#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <troupe/transport/stream.hpp>

namespace troupe::transport {

struct listener_options {
  /// An address, or a name that resolves to one ("localhost"). "::" takes IPv4 too.
  std::string host = "0.0.0.0";
  std::uint16_t port = 3000;  ///< 0: any free one; see listener::port().
  int backlog = 4096;
  /// SO_SNDBUF of accepted sockets, which bounds what the kernel holds for a stalled reader
  /// (it may grow to 4 MiB otherwise). 0: the system's choice.
  int send_buffer_bytes = 256 * 1024;
  /// After EMFILE, ENFILE, ENOBUFS or ENOMEM, accepting rests this long; connections wait in the
  /// backlog.
  std::chrono::milliseconds accept_pause{100};
};

/// Accepts TCP connections and hands each on as a stream that belongs to `loop`; the receiver may
/// move it to another. ECONNABORTED and its like are skipped. TCP_NODELAY is set.
/// Thread: the loop that was given.
class listener {
 public:
  using accepted_handler = std::function<void(std::unique_ptr<stream>)>;

  virtual ~listener() = default;
  /// Begins to accept. `handler` lives as long as the listener.
  virtual void start(accepted_handler handler) = 0;
  /// Stops accepting and closes the port; idempotent.
  virtual void stop() noexcept = 0;
  virtual std::uint16_t port() const noexcept = 0;
};

/// Resolves, binds and listens. Errors: the resolver's and the system's (address_in_use...).
result<std::unique_ptr<listener>> listen(boost::asio::io_context& loop,
                                         const listener_options& options);

}  // namespace troupe::transport
