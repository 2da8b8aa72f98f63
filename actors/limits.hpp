#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace troupe {

/// The bounds of server_limits; the names are what limit_reached tells.
enum class limit : std::uint8_t {
  connections,
  connections_per_address,
  sessions,
  sessions_per_address,
  event_rate,
  room_name_bytes,
  rooms_per_shard,
};

/// "connections_per_address"...
std::string_view name_of(limit which) noexcept;

/// A bound of server_limits was met, and somebody was refused.
struct limit_reached {
  limit which;
  std::string_view address;  ///< The peer's, with its port; borrowed for the call.
};

/// How many events a client may send on one socket: a bucket of `burst` tokens, one an event, that
/// fills again with `per_second`.
struct event_rate_limit {
  enum class consequence : std::uint8_t {
    drop,        ///< The event is not handled; one that wants an ack gets {"error":...}.
    disconnect,  ///< The socket ends, "server namespace disconnect".
  };
  double per_second = 0;  ///< 0: not limited, as in the reference.
  double burst = 100;     ///< At least 1.
  consequence over = consequence::drop;
};

/// What a server takes on, all clients together. Who comes over a bound is refused before anything
/// is spent on it; each bound has a counter in server_stats. 0: no bound, as in the reference.
struct server_limits {
  /// Connections open at a time, of all kinds. Over it: closed when accepted, unread.
  std::size_t connections_max = 200'000;
  /// The same of one address; of IPv6, of one /64. Behind a proxy all come from the proxy's.
  std::size_t connections_per_address_max = 0;
  /// Engine.IO sessions. Over it: the handshake is answered 503.
  std::size_t sessions_max = 100'000;
  std::size_t sessions_per_address_max = 0;
  event_rate_limit events{};
  /// Bytes of a room's name. Over it: join throws std::length_error.
  std::size_t room_name_bytes_max = 4'096;
  /// Rooms with a member on one shard, own-id rooms not counted; those on their way, and those of
  /// sockets_join and of recovered sockets, may come on top. At it: join throws std::length_error
  /// for a room that is not there yet.
  std::size_t rooms_per_shard_max = 1'000'000;
  /// Told of each refusal; of event_rate once each time a socket begins to exceed it. On the thread
  /// of the shard, for connections the listener's: must not block. What it throws is logged.
  std::function<void(const limit_reached&)> on_reached{};
};

namespace actors {

/// Tokens that come back at a steady rate, up to a number. Time is the caller's.
class token_bucket {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  token_bucket(const event_rate_limit& rate, time_point now) noexcept
      : per_second_(rate.per_second),
        burst_(std::max(rate.burst, 1.0)),
        tokens_(burst_),
        filled_(now) {}

  /// Takes one. False: none is left.
  bool take(time_point now) noexcept {
    const std::chrono::duration<double> passed = now - filled_;
    tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
    filled_ = now;
    has_overrun_before_ = std::exchange(is_overrun_, tokens_ < 1);
    if (!is_overrun_) tokens_ -= 1;
    return !is_overrun_;
  }
  /// The last take() failed and the one before it did not.
  bool begins_to_exceed() const noexcept { return is_overrun_ && !has_overrun_before_; }

 private:
  double per_second_;
  double burst_;
  double tokens_;
  time_point filled_;
  bool is_overrun_ = false;
  bool has_overrun_before_ = false;
};

}  // namespace actors

}  // namespace troupe
