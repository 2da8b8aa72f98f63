#pragma once

#include <boost/asio/io_context.hpp>
#include <string>

#include <troupe/transport/readiness.hpp>
#include <troupe/transport/stream.hpp>

namespace troupe::transport {

/// A connected stream socket of any family. Its loop's `readiness` tells when it is ready; reading
/// and writing are one non-blocking system call each. It is registered there when it is armed
/// first, so that a stream may be moved to another shard before for nothing.
class socket_stream final : public stream, private readiness::member {
 public:
  /// Takes over `descriptor`. `remote_address` is what remote_address() answers. `loop` outlives
  /// this or the move to another.
  socket_stream(boost::asio::io_context& loop, int descriptor, std::string remote_address);
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
  // readiness::member
  void input_came(std::uint32_t events) override;
  void output_came() override;

  void attach();
  void detach(bool stays_open) noexcept;

  boost::asio::io_context* loop_;
  readiness* told_by_ = nullptr;  // Null: not registered.
  readiness::ticket ticket_;
  int descriptor_;
  bool reading_ = false;
  bool writing_ = false;
  bool has_input_ = false;  // For all that is known: something came, and not all of it was read.
  bool has_end_ = false;    // Or an error: a short read may stand before it.
  observer* observer_ = nullptr;
  std::string remote_address_;
};

}  // namespace troupe::transport
