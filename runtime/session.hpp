#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/actors/link.hpp>
#include <troupe/protocol/engineio/session.hpp>
#include <troupe/runtime/kept_handshake.hpp>
#include <troupe/runtime/message_queue.hpp>
#include <troupe/runtime/timers.hpp>
#include <troupe/runtime/write_batch.hpp>
#include <troupe/transport/websocket_connection.hpp>

namespace troupe::runtime {

class shard;
class http_peer;

/// One Engine.IO session on its shard: joins the state machine of protocol/, the connections of
/// transport/ that it has at the moment, the outgoing frames, and the connection actor. Freed when
/// its actor has ended and its connections are gone. Thread: the shard's.
class session final : public actors::link,
                      private protocol::engineio::session::host,
                      private timer {
 public:
  session(shard& home, actors::link_id id, std::string sid,
          protocol::engineio::transport_kind transport, client_handshake handshake);
  ~session();

  /// Keeps its place among the server's sessions.
  void hold(transport::admission::place counted) noexcept { place_ = std::move(counted); }
  const std::string& sid() const noexcept { return engine_.sid(); }
  protocol::engineio::transport_kind transport() const noexcept { return engine_.transport(); }
  /// Its connection actor has ended.
  bool is_released() const noexcept { return released_; }
  /// Bytes that wait for the client, those of this turn aside.
  std::size_t queued_bytes() const noexcept;
  /// It still speaks with its client.
  bool is_open() const noexcept { return !gone_; }

  /// Its polling requests come from scripts in a page, as the callback of this number. Before
  /// open(), if at all.
  void speak_jsonp(std::string_view index);
  /// The transport is there: sends the open packet, behind a WebSocket's `greeting`. Once, first.
  void open(std::string_view greeting = {});
  /// A polling request of the client's; `from` is answered now or later.
  void get(http_peer& from);
  void post(http_peer& from, std::string_view body, bool binary_content);
  /// The peer of a pending request is no more.
  void lost(http_peer& from);
  /// A WebSocket, its handshake answered by `greeting`, with what that says of compression: the
  /// transport of a session that was opened with it, or a probe beside polling.
  void open_websocket(std::unique_ptr<transport::stream> bytes, std::string unread,
                      std::string_view greeting,
                      const std::optional<transport::deflate_agreement>& deflate);

  /// The connection actor is there.
  void attach(const caf::actor& connection);
  const caf::actor& actor() const noexcept { return actor_; }
  /// The connection actor is not there and will not be, or has died: resets the connections.
  void abandon();
  /// The connection actor is not there and will not be: closes in order.
  void dismiss();
  /// Hands on what waits for the actor as far as there is credit, then reads on.
  void pump();
  /// Closes, as close() does, when the deadlines are looked at next.
  void close_soon();
  /// Resets the connections now, whatever is queued; the actor is told.
  void abort();
  /// End of turn: writes what the turn queued.
  void flush();
  /// Steps in which the memory that flush() touches is asked for, one step ahead of the next: each
  /// follows the pointer that the one before has fetched.
  static constexpr std::size_t fetch_steps = 4;
  void fetch(std::size_t step) const noexcept;

  // actors::link
  void send(const protocol::frame_ptr& frame, actors::delivery how) override;
  void close() override;
  void handled() override;
  void operation_returned() override;
  void wake_at(actors::time_point when) override;
  void released() override;
  const client_handshake& handshake() const override { return handshake_.whole(); }
  bool is_revision_3() const noexcept override {
    return engine_.spoken() == protocol::engineio::revision::v3;
  }
  std::string_view session_id() const noexcept override { return engine_.sid(); }
  void ask(std::function<void(actors::connection_actor&)> work) override;
  engine_session& conn() override;

 private:
  class websocket_port;
  class events;
  struct polling_state;

  // engineio::session::host
  void on_message(std::string_view data, bool binary) override;
  void on_packet(const protocol::engineio::packet_view& packet) override;
  void on_send(std::string_view packet) override;
  void on_flush_poll() override;
  bool has_queued() const override;
  void on_probe_send(std::string_view packet) override;
  void on_probe_close() override;
  void on_upgraded() override;
  void on_closed(protocol::engineio::close_reason reason) override;
  // timer
  void expired(time_point now) override;

  void plan();
  void queue(const protocol::frame_ptr& frame);
  const protocol::frame_ptr* prepared(const protocol::frame_ptr& frame);
  const protocol::frame_ptr& translated(const protocol::frame_ptr& frame);
  void greet(std::string_view greeting);
  void flush_websocket();
  void write_polled();
  void keep_for_poll();
  void answer_poll();
  void answer_waiting_post();
  void check_soft_bound(std::size_t queued);
  void overflown();
  bool has_credit() const noexcept;
  bool may_wait_for_actor() const noexcept;
  void begin_not_reading();
  bool is_unread() const noexcept;
  void hand_on(std::string_view data, bool binary);
  void count_settled() noexcept;
  void take_more();
  void tell_closed();
  void bury_if_done();

  shard& home_;
  // What sending and writing touch, side by side: a broadcast visits every session.
  write_batch::node_index queued_ = write_batch::root;
  bool is_plain_ = true;  // Frames go out as they are, and nobody listens.
  bool cut_off_ = false;  // It overflowed in the middle of things: aborted at once, by its timer.
  bool gone_ = false;     // The engine has closed; the actor knows or will know.
  bool wants_base64_;     // Where frames are translated.
  bool paused_ = false;
  bool closes_soon_ = false;
  bool told_closed_ = false;
  bool released_ = false;  // The actor has ended.
  bool buried_ = false;
  disconnect_reason reason_ = disconnect_reason::transport_close;
  std::unique_ptr<websocket_port> websocket_;
  std::unique_ptr<events> events_;  // Once somebody asked for them.
  std::unique_ptr<polling_state> polling_;
  std::unique_ptr<websocket_port> probe_;
  protocol::engineio::session engine_;
  caf::actor actor_;
  message_queue waiting_;            // For the actor: beyond its credit, or before it is there.
  std::size_t in_flight_ = 0;        // Sent to the actor, not yet handled.
  std::size_t in_flight_bytes_ = 0;  // Sent to it since it was last even with us.
  time_point soft_deadline_ = time_point::max();
  time_point unread_deadline_{};  // Of the time that it is not read.
  time_point actor_wake_ = time_point::max();
  transport::admission::place place_;
  kept_handshake handshake_;  // Last: made of what the others were made from.
};

}  // namespace troupe::runtime
