#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>

#include <troupe/transport/stream.hpp>

namespace troupe::transport {

/// Bytes of somebody else's, kept alive by `owner`.
struct slice {
  std::shared_ptr<const void> owner;
  std::string_view bytes;
};

struct outbox_limits {
  std::size_t bytes_max = 4 * 1024 * 1024;  ///< Over it: overflow, the owner closes the connection.
  std::size_t slices_max = 65'536;          ///< The same for the count.
};

/// A connection's write queue: what the socket did not take. In the usual case it is empty and
/// bytes go straight to the stream. Slices are whole frames: only the first may be partly written,
/// so a control frame appended between two is never inside another. Thread: the shard's.
class outbox {
 public:
  enum class verdict { written, queued, overflow, failed };

  explicit outbox(const outbox_limits& bounds) : bounds_(bounds) {}

  /// Writes `pieces` (whole frames, at most 64, `bytes` in all) behind what is queued: at once
  /// if nothing is, the rest is queued (the caller arms the stream). `keep(i)` is called for each
  /// piece that must outlive the call.
  verdict write(stream& to, std::span<const boost::asio::const_buffer> pieces,
                std::span<const std::shared_ptr<const void>> owners);
  /// Goes on after on_writable(). `written`: empty now.
  verdict flush(stream& to);

  bool empty() const noexcept { return slices_.empty(); }
  std::size_t bytes() const noexcept { return bytes_; }
  std::size_t slices() const noexcept { return slices_.size(); }
  /// Drops everything that is not partly written; for a Close frame that must come next.
  void drop_unsent() noexcept;

 private:
  const outbox_limits& bounds_;
  std::deque<slice> slices_;
  std::size_t offset_ = 0;  // Of the first slice, already written.
  std::size_t bytes_ = 0;   // Not yet written, in all.
};

}  // namespace troupe::transport
