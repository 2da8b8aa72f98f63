#pragma once

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/transport/stream.hpp>

namespace troupe::harness {

using transport::result;
using transport::stream;

/// Reads and writes of several streams together, and the one that fails.
struct operation_count {
  std::size_t done = 0;
  std::size_t fail_at = std::numeric_limits<std::size_t>::max();
};

/// The other end of a memory_stream: what the peer sends, what it receives, and how the stream
/// behaves. Outlives the stream, so a test can look at it afterwards.
struct wire {
  static constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

  std::string incoming;       ///< Not read yet.
  bool incoming_end = false;  ///< End of file behind `incoming`.
  boost::system::error_code read_error, write_error;
  std::size_t read_bytes_max = unbounded;   ///< Of one read.
  std::size_t write_bytes_max = unbounded;  ///< Of one write.
  std::size_t write_room = unbounded;       ///< In all, then would_block.
  std::size_t operations = 0;               ///< Reads and writes so far,
  std::size_t fail_at = unbounded;          ///< the one that fails.

  operation_count* in_all = nullptr;  ///< Counts with others; outlives the stream.

  std::string written;
  std::size_t writes = 0;
  std::size_t reads = 0;
  bool is_read_armed = false, is_write_armed = false;
  bool is_shut = false, is_closed = false, is_reset = false;
  stream::observer* observer = nullptr;

  bool is_readable() const {
    return !incoming.empty() || incoming_end || read_error || operations >= fail_at;
  }
  bool is_writable() const { return write_room > 0 || write_error || operations >= fail_at; }

  /// Delivers readiness until nothing is armed and ready; gives up after `turns_max`. True if it
  /// came to rest.
  bool run(int turns_max = 100'000) {
    for (int i = 0; i < turns_max; ++i) {
      if (observer && is_read_armed && is_readable()) {
        is_read_armed = false;
        observer->on_readable();
      } else if (observer && is_write_armed && is_writable()) {
        is_write_armed = false;
        observer->on_writable();
      } else {
        return true;
      }
    }
    return false;
  }

  std::string take_written() { return std::exchange(written, {}); }
};

/// A connection without a socket: what is read and written are the strings of its wire.
class memory_stream final : public stream {
 public:
  explicit memory_stream(std::shared_ptr<wire> other_end) : wire_(std::move(other_end)) {}
  ~memory_stream() override {
    wire_->observer = nullptr;
    close();
  }

  void observe(observer* who) noexcept override { wire_->observer = who; }

  result<std::size_t> read_some(std::span<char> into) noexcept override {
    ++wire_->reads;
    if (const auto error = next_error(wire_->read_error)) return error;
    const std::size_t size = std::min({into.size(), wire_->incoming.size(), wire_->read_bytes_max});
    if (size == 0)
      return wire_->incoming_end ? error_code(boost::asio::error::eof)
                                 : error_code(boost::asio::error::would_block);
    wire_->incoming.copy(into.data(), size);
    wire_->incoming.erase(0, size);
    return size;
  }

  result<std::size_t> write_some(
      std::span<const boost::asio::const_buffer> pieces) noexcept override {
    ++wire_->writes;
    if (const auto error = next_error(wire_->write_error)) return error;
    std::size_t left = std::min(wire_->write_bytes_max, wire_->write_room);
    std::size_t taken = 0;
    for (const auto& piece : pieces) {
      const std::size_t size = std::min(left, piece.size());
      wire_->written.append(static_cast<const char*>(piece.data()), size);
      left -= size;
      taken += size;
    }
    if (taken == 0 && left == 0) return error_code(boost::asio::error::would_block);
    if (wire_->write_room != wire::unbounded) wire_->write_room -= taken;
    return taken;
  }

  void arm_readable() override { wire_->is_read_armed = !wire_->is_closed; }
  void arm_writable() override { wire_->is_write_armed = !wire_->is_closed; }
  void shutdown_send() noexcept override { wire_->is_shut = true; }
  void close() noexcept override {
    wire_->is_closed = true;
    wire_->is_read_armed = wire_->is_write_armed = false;
  }
  void reset() noexcept override {
    if (!wire_->is_closed) wire_->is_reset = true;
    close();
  }
  boost::system::error_code move_to(boost::asio::io_context&) override { return {}; }
  std::string remote_address() const override { return "192.0.2.1:4711"; }

 private:
  using error_code = boost::system::error_code;

  error_code next_error(error_code scripted) {
    if (wire_->is_closed) return boost::asio::error::bad_descriptor;
    if (wire_->operations++ >= wire_->fail_at) return boost::asio::error::connection_reset;
    if (wire_->in_all != nullptr && wire_->in_all->done++ == wire_->in_all->fail_at)
      return boost::asio::error::connection_reset;
    return scripted;
  }

  std::shared_ptr<wire> wire_;
};

}  // namespace troupe::harness
