#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <troupe/protocol/frame.hpp>
#include <troupe/transport/deflate.hpp>

namespace troupe::runtime {

using shared_bytes = std::shared_ptr<const std::string>;

/// What the compressed WebSockets of one shard share: the state of compression where no message
/// refers to another, and the frames of this turn that were compressed for one of them, so that a
/// broadcast is compressed once for each window size in use. Thread: the shard's.
class compression {
 public:
  explicit compression(const transport::deflate_options& options) : options_(options) {}

  const transport::deflate_options& options() const noexcept { return options_; }
  /// Decompresses messages of whatever window size.
  transport::inflater& shared_inflater();
  /// The WebSocket bytes of `frame`, compressed; null if all of its messages are below the
  /// threshold: then its own bytes go.
  const shared_bytes& compressed(const protocol::frame_ptr& frame, int window_bits);
  /// The same with a state of somebody's own.
  shared_bytes compress(const protocol::frame& frame, transport::deflater& by) const;
  /// The turn is over.
  void forget_frames() noexcept { frames_.clear(); }

 private:
  static constexpr int window_bits_max = 15;
  struct entry {
    protocol::frame_ptr frame;  // Keeps the key ours.
    std::array<shared_bytes, window_bits_max + 1> by_window;
  };
  bool is_worth_it(const protocol::frame& frame) const noexcept;

  const transport::deflate_options& options_;
  std::array<std::unique_ptr<transport::deflater>, window_bits_max + 1> deflaters_;
  std::unique_ptr<transport::inflater> inflater_;
  std::unordered_map<const protocol::frame*, entry> frames_;
  shared_bytes none_;
};

/// One WebSocket's part in it, by what was agreed with its client. Thread: the shard's.
class websocket_compression {
 public:
  websocket_compression(compression& shared, const transport::deflate_agreement& agreed);

  transport::inflater& inflater();
  /// As compression::compressed(); in the order of writing.
  shared_bytes compressed(const protocol::frame_ptr& frame);

 private:
  compression& shared_;
  const int window_bits_;
  std::unique_ptr<transport::deflater> own_deflater_;  // With context takeover.
  std::unique_ptr<transport::inflater> own_inflater_;
};

}  // namespace troupe::runtime
