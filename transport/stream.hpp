#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <span>
#include <string>

#include <troupe/transport/admission.hpp>

namespace boost::asio {
class io_context;
}

namespace troupe::transport {

template <class T>
using result = boost::system::result<T>;

/// The bytes of one connection: a socket, or memory under a test. This is the seam below every
/// connection: nothing above it knows a descriptor. Readiness based: try first, wait on
/// `would_block`.
///
/// Thread: the one shard that holds it, every call and callback. Callbacks come from the loop,
/// never within a call. close and reset end the callbacks, what was armed is dropped; afterwards
/// reading and writing fail and arming does nothing. Destroying a stream closes it; it may be
/// destroyed within a callback, and must be before its loop.
class stream {
 public:
  /// Receives readiness, once per arm call.
  class observer {
   public:
    virtual void on_readable() = 0;
    virtual void on_writable() = 0;

   protected:
    ~observer() = default;
  };

  virtual ~stream() = default;

  /// Whom to tell; outlives the stream or is replaced before. Null: nobody, and readiness that
  /// comes meanwhile is lost (arm again).
  virtual void observe(observer* who) noexcept = 0;

  /// Reads what is there, at most `into.size()` bytes. Errors: asio::error::would_block,
  /// asio::error::eof after an orderly end, else the system's (connection_reset...).
  virtual result<std::size_t> read_some(std::span<char> into) noexcept = 0;
  /// Writes what fits, in one system call. `pieces` is at most 64 long. Errors: would_block, else
  /// the system's (broken_pipe...).
  virtual result<std::size_t> write_some(
      std::span<const boost::asio::const_buffer> pieces) noexcept = 0;
  /// Bytes at the front of the next write that are on their way already though no write counted
  /// them: whoever writes again begins with the same.
  virtual std::size_t begun_bytes() const noexcept { return 0; }

  /// Asks for one on_readable() when reading would give bytes, an end or an error. Asking again
  /// before it came changes nothing.
  virtual void arm_readable() = 0;
  /// The same for writing.
  virtual void arm_writable() = 0;

  /// No more writes; the peer reads an end of file after what was written.
  virtual void shutdown_send() noexcept = 0;
  /// Closes at once. Bytes that the kernel took are still sent.
  virtual void close() noexcept = 0;
  /// Closes at once with a reset: the kernel drops what it holds.
  virtual void reset() noexcept = 0;

  /// Moves to another shard's loop: called on the present shard with nothing armed (what was armed
  /// is dropped); from then on all calls come from the other shard's thread.
  virtual boost::system::error_code move_to(boost::asio::io_context& loop) = 0;

  /// "127.0.0.1:50123"; empty if unknown.
  virtual std::string remote_address() const = 0;
  /// Nobody between the two ends reads it (TLS).
  virtual bool is_secure() const noexcept { return false; }

  /// Keeps the connection's place in a count as long as it lives.
  void hold(admission::place counted) noexcept { place_ = std::move(counted); }

 private:
  admission::place place_;
};

}  // namespace troupe::transport
