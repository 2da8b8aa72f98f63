#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <troupe/protocol/engineio/close_reason.hpp>
#include <troupe/protocol/engineio/packet.hpp>
#include <troupe/protocol/engineio/request.hpp>
#include <troupe/protocol/engineio/session_options.hpp>

namespace troupe::protocol::engineio {

using time_point = std::chrono::steady_clock::time_point;

/// How a POST is to be answered.
enum class post_verdict : std::uint8_t {
  ok,           ///< 200, body `ok`
  bad_request,  ///< 400, code 3: the session is closed
  too_large,    ///< 413, empty body: the session stays open
};

/// One Engine.IO session as a state machine: bytes and time in, calls on `host` out. It owns no
/// socket, clock or queue: outgoing packets, its own included, go through the host's outbox, so
/// that they keep one order.
///
/// Calls on the host happen inside the calls below. The host must not destroy the session within
/// one; it may call close(). After `on_closed` (exactly once) nothing else is called.
/// Thread: the session's shard. Source: Engine.IO protocol v4 and v3; FEATURES 2.1, 2.3.
class session {
 public:
  class host {
   public:
    virtual ~host() = default;
    /// A message for the application; `data` is borrowed for the call.
    virtual void on_message(std::string_view data, bool binary) = 0;
    /// A packet of any type has come, before it is dealt with. Only after tell_packets().
    virtual void on_packet(const packet_view&) {}
    /// Puts one text packet of the session's own ("2", "6", `0{...}`) behind what is queued.
    virtual void on_send(std::string_view packet) = 0;
    /// Answers the pending GET now with all that is queued; something is queued.
    virtual void on_flush_poll() = 0;
    /// Whether a pending GET has frames of the host's to carry. If not, the session queues a noop
    /// where a GET must be answered at once.
    virtual bool has_queued() const { return false; }
    /// Sends text on the probing WebSocket, which is not the transport yet ("3probe").
    virtual void on_probe_send(std::string_view packet) = 0;
    /// Closes the probing WebSocket; the session lives on.
    virtual void on_probe_close() = 0;
    /// The probing WebSocket is the transport from now on; queued frames go there.
    virtual void on_upgraded() = 0;
    /// The session is over. A pending GET has been asked to flush before; what is queued for a
    /// WebSocket is written, then it is closed (without a status code).
    virtual void on_closed(close_reason reason) = 0;
  };

  /// `options` and `owner` outlive the session. `spoken`: what the client asked for. In revision 3
  /// the client pings, and the packets look different (packet_v3.hpp): what the host sends is its
  /// to translate.
  session(std::string sid, transport_kind transport, const session_options& options, host& owner,
          revision spoken = revision::v4);
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Sends the open packet and starts the heartbeat. Call once, first.
  void open(time_point now);
  /// A GET came. False: it is a second one beside the pending; the first is answered `1`, the
  /// session is closed with transport_error, and this request gets 400 code 3.
  bool poll(time_point now);
  /// The pending GET was answered with the queued frames.
  void poll_answered() noexcept;
  /// The client cancelled the pending GET: the session is closed.
  void poll_aborted(time_point now);
  /// A POST came, whole. `binary_content`: its type is application/octet-stream.
  post_verdict post(std::string_view body, bool binary_content, time_point now);
  /// A POST came beside one that is not answered yet: it gets 400, the session is closed with
  /// transport_error, and a pending GET is answered `1`.
  void post_overlapped() { finish(close_reason::transport_error); }
  /// The WebSocket that is the transport.
  void websocket_message(std::string_view data, bool binary, time_point now);
  /// It is gone. `error`: by reset or protocol error (transport_error), else transport_close.
  void websocket_closed(bool error, time_point now);

  /// A second WebSocket for this session wants to probe. False: refuse and close it.
  bool probe_opened(time_point now);
  void probe_message(std::string_view data, bool binary, time_point now);
  void probe_closed(time_point now);

  /// The application (or the server) ends the session. Over polling the pending or next GET gets
  /// `1`. on_closed(forced_close) comes once the transport may go.
  void close(time_point now);
  /// The server dropped the connections: on_closed(transport_error) at once, without a farewell.
  void abort();
  /// The host wants on_packet() from now on.
  void tell_packets() noexcept { tells_packets_ = true; }
  /// What the client sends is not read for the moment: an awaited pong gets its whole time again.
  void extend_pong(time_point now) noexcept;

  /// When to call advance() at the latest; time_point::max() for never.
  time_point deadline() const noexcept;
  /// Does what is due: ping, ping timeout, noop, upgrade timeout, end of the close wait.
  void advance(time_point now);
  /// Whether queued frames may be written now: a GET is pending, or the transport is a WebSocket.
  bool is_writable() const noexcept;
  bool is_poll_pending() const noexcept;
  bool is_open() const noexcept;
  /// A WebSocket is probing.
  bool is_upgrading() const noexcept;
  transport_kind transport() const noexcept;
  const std::string& sid() const noexcept { return sid_; }
  revision spoken() const noexcept { return revision_; }

 private:
  enum class state : std::uint8_t { unopened, open, closing, closed };
  enum class probe : std::uint8_t { none, opened, answered };
  static constexpr time_point never = time_point::max();

  result<packet_view> parse(std::string_view data, bool binary, std::string& buffer) const;
  void receive(const packet_view& packet, time_point now);
  milliseconds patience() const noexcept;
  void answer_poll(std::string_view packet);
  void answer_poll_with_noop();
  void end_poll();
  void send_ping(time_point now);
  void upgrade(time_point now);
  void end_probe() noexcept;
  void drop_probe();
  void finish(close_reason reason, std::string_view farewell = "1");

  std::string sid_;
  const session_options& options_;
  host& host_;
  transport_kind transport_;
  const revision revision_;
  state state_ = state::unopened;
  probe probe_ = probe::none;
  bool poll_pending_ = false;
  bool pong_refreshed_ = false;  // Once per ping.
  bool tells_packets_ = false;
  close_reason reason_ = close_reason::forced_close;
  time_point ping_due_ = never;
  time_point pong_due_ = never;
  time_point upgrade_due_ = never;
  time_point noop_due_ = never;
  time_point close_due_ = never;
};

}  // namespace troupe::protocol::engineio
