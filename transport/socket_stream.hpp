#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>

#include <troupe/transport/stream.hpp>

namespace troupe::transport {

/// A connected stream socket of any family. Readiness comes from the loop's reactor; reading and
/// writing are one non-blocking system call each. The reactor learns of the descriptor when it is
/// armed first, so that a stream may be moved to another shard before for nothing.
class socket_stream final : public stream {
 public:
  /// Takes over `descriptor`, of address family `family` (AF_INET...). `remote_address` is what
  /// remote_address() answers. `loop` outlives this or the move to another.
  socket_stream(boost::asio::io_context& loop, int descriptor, int family,
                std::string remote_address);
  ~socket_stream() override;
  socket_stream(const socket_stream&) = delete;
  socket_stream& operator=(const socket_stream&) = delete;

  void observe(observer* who) noexcept override { observer_ = who; }
  result<std::size_t> read_some(std::span<char> into) noexcept override;
  result<std::size_t> write_some(
      std::span<const boost::asio::const_buffer> pieces) noexcept override;
  void arm_readable() override;
  void arm_writable() override;
  void shutdown_send() noexcept override;
  void close() noexcept override;
  void reset() noexcept override;
  boost::system::error_code move_to(boost::asio::io_context& loop) override;
  std::string remote_address() const override { return remote_address_; }

 private:
  using socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                  boost::asio::io_context::executor_type>;
  // What a wait's handler holds. Cut when the stream ends or moves: a handler that still comes
  // then finds nobody, and on the old loop's thread touches nothing but its own link.
  struct link {
    socket_stream* target;
  };

  bool attach();
  void cut() noexcept;

  boost::asio::io_context* loop_;
  int descriptor_;
  int family_;
  bool reading_ = false;
  bool writing_ = false;
  observer* observer_ = nullptr;
  std::optional<socket> socket_;
  std::shared_ptr<link> link_;
  std::string remote_address_;
};

}  // namespace troupe::transport
