#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <troupe/transport/stream.hpp>

namespace troupe::transport {

/// Bytes of somebody else's, kept alive by `owner`.
struct slice {
  std::shared_ptr<const void> owner;
  std::string_view bytes;
};

struct outbox_limits {
  /// Over it: overflow, the owner closes the connection. A piece that is larger than this does not
  /// count, so that it can be sent at all; but a second one does while that is queued.
  std::size_t bytes_max = 4 * 1024 * 1024;
  std::size_t slices_max = 65'536;  ///< The same for the count.
};

/// A connection's write queue: what the socket did not take. In the usual case it is empty and
/// bytes go straight to the stream. Slices are whole frames: only the first may be partly written,
/// so a control frame appended between two is never inside another. Empty, it holds no memory.
/// Thread: the shard's.
class outbox {
 public:
  enum class verdict { written, queued, overflow, failed };

  explicit outbox(const outbox_limits& bounds) : bounds_(bounds) {}

  /// Writes `pieces` (whole frames, at most 64) behind what is queued: at once if nothing is, the
  /// rest is queued (the caller arms the stream). `owners[i]` is held as long as `pieces[i]` is
  /// queued; where it is null or missing the bytes are copied. After overflow nothing of this call
  /// is queued, though some may have been written; after failed or overflow the stream is useless.
  verdict write(stream& to, std::span<const boost::asio::const_buffer> pieces,
                std::span<const std::shared_ptr<const void>> owners);
  /// Goes on after on_writable(). `written`: empty now.
  verdict flush(stream& to);

  bool empty() const noexcept { return slices() == 0; }
  std::size_t bytes() const noexcept { return queue_ == nullptr ? 0 : queue_->bytes; }
  std::size_t slices() const noexcept {
    return queue_ == nullptr ? 0 : queue_->slices.size() - queue_->first;
  }
  /// Drops everything that is not partly written or begun (stream::begun_bytes()); for a Close
  /// frame that must come next.
  void drop_unsent(std::size_t begun) noexcept;

 private:
  void consume(std::size_t written) noexcept;
  void forget_written() noexcept;
  bool is_large(std::size_t piece) const noexcept { return piece > bounds_.bytes_max; }

  struct queue {
    std::vector<slice> slices;
    std::size_t first = 0;      // Slices before it are written.
    std::size_t offset = 0;     // Of the first slice, already written.
    std::size_t bytes = 0;      // Not yet written, in all.
    std::size_t uncounted = 0;  // Of these, of the one slice that is larger than the bound.
  };

  const outbox_limits& bounds_;
  std::unique_ptr<queue> queue_;  // Null: empty, as nearly all are.
};

}  // namespace troupe::transport
