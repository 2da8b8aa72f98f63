#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <troupe/transport/deflate.hpp>
#include <troupe/transport/http.hpp>
#include <troupe/transport/outbox.hpp>
#include <troupe/transport/stream.hpp>

namespace troupe::transport {

struct websocket_options {
  std::size_t message_bytes_max = 1'000'000;  ///< Over it, announced or summed: close 1009.
  std::size_t fragments_max = 16'384;         ///< Of one message; over it: close 1008.
  outbox_limits outgoing;                     ///< Over them: the connection is reset.
  /// For the peer's Close and end, once ours is written; before that the longest wait in which the
  /// peer takes nothing of what is queued. Over it: reset.
  std::chrono::milliseconds closing_timeout{5'000};
  /// Until our Close is written, however the peer reads (closing_timeout if that is more): reset.
  std::chrono::milliseconds last_write_timeout{30'000};
};

/// The server's side of one WebSocket connection after its handshake: our own frame codec (RFC
/// 6455, section 5). What it writes comes as ready frames; what it reads may be compressed. Unmasks
/// in place, hands whole messages on from the shard's read buffer without a copy where a message
/// arrived in one piece, checks UTF-8 as text arrives (fragments too), answers pings, runs the
/// closing handshake. A client that does not read its pongs is not read either, while they are
/// queued. Idle, it holds no buffer.
///
/// Protocol errors close with 1002, bad UTF-8 with 1007. After a Close frame no data frame is sent
/// or handed on. The read buffer is used only in calls from the loop, so the host may use any other
/// connection within a callback. Thread: the shard's.
class websocket_connection final : private stream::observer {
 public:
  class host {
   public:
    virtual time_point now() const = 0;
    /// A whole message; `data` is borrowed for the call.
    virtual void on_message(std::string_view data, bool binary) = 0;
    /// The peer broke a rule or exceeds a bound: the connection is closed with `code`, of which
    /// on_closed(true) tells.
    virtual void on_refused(std::uint16_t code) = 0;
    /// The connection is over: the last call, and the host may destroy the connection in it (and
    /// in no other call). Comes from the loop or advance(), never within another call of the host.
    /// `error`: reset, protocol error, overflow or deadline; false for an orderly end.
    virtual void on_closed(bool error) = 0;
    /// All that was queued has been written.
    virtual void on_drained() = 0;
    /// deadline() may have changed. It may be now: call advance() soon, but never within this.
    virtual void on_deadline_changed() = 0;

   protected:
    ~host() = default;
  };

  /// `unread`: bytes read behind the handshake. The others as in http_connection.
  websocket_connection(std::unique_ptr<stream> bytes, const websocket_options& options,
                       std::span<char> scratch, host& owner, std::string unread = {});
  ~websocket_connection();

  /// Hands messages to another host from now on (a probe that became the transport).
  void change_host(host& owner) noexcept;
  /// The client may compress (permessage-deflate was agreed): `by` decompresses. It outlives the
  /// connection. Before start().
  void decompress(inflater& by) noexcept;
  /// Begins to read; may call the host.
  void start();

  /// Writes whole, ready-made frames (the 101 response too, as the first). `pieces` and `owners` as
  /// in outbox::write. On overflow or failure the stream is reset and on_closed(true) follows from
  /// advance(), which deadline() then asks for at once. `failed` as well after close(), a Close
  /// frame of the peer, or an error: nothing is written then.
  outbox::verdict write(std::span<const boost::asio::const_buffer> pieces,
                        std::span<const std::shared_ptr<const void>> owners);
  /// Asks for the memory that write() touches: step 0, then, when that is there, step 1.
  void fetch(std::size_t step) const noexcept;
  /// One text frame, copied.
  outbox::verdict write_text(std::string_view text);

  /// While paused nothing is read and no message handed on, and an end is not noticed; what is left
  /// of the read buffer is kept (at most its size). Resuming hands it on within the call. Both may
  /// be called within on_message. A connection that is closing is read all the same.
  void pause_reading();
  void resume_reading();

  /// Writes what is queued, then a Close frame (empty without a code), and waits for the peer's;
  /// on_closed follows. Does nothing when the connection is closing already.
  void close(std::optional<std::uint16_t> code = {});
  /// Drops the connection now, without on_closed.
  void reset() noexcept;

  bool is_writable() const noexcept;  ///< Nothing is queued and no Close was sent.
  std::size_t queued_bytes() const noexcept;
  time_point deadline() const noexcept;
  void advance(time_point now);
  std::string remote_address() const;

 private:
  void on_readable() override;
  void on_writable() override;
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace troupe::transport
