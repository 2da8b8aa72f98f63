#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <troupe/actors/shard_context.hpp>
#include <troupe/protocol/engineio/session.hpp>
#include <troupe/runtime/compression.hpp>
#include <troupe/runtime/drain.hpp>
#include <troupe/runtime/http_date.hpp>
#include <troupe/runtime/http_peer.hpp>
#include <troupe/runtime/session.hpp>
#include <troupe/runtime/shard_settings.hpp>
#include <troupe/runtime/timers.hpp>
#include <troupe/runtime/translation.hpp>
#include <troupe/runtime/travellers.hpp>
#include <troupe/runtime/write_batch.hpp>
#include <troupe/transport/http_compression.hpp>

namespace troupe::runtime {

class shard_gate;

/// One thread's part of the server: its HTTP connections and sessions, their deadlines, and what
/// this turn sends. Knows no loop: whoever drives it calls expire(), flush() and sweep() in every
/// turn, after I/O and actors. Thread: its own.
class shard final : public actors::shard_context {
 public:
  shard(unsigned index, const shard_settings& settings, actors::directory& shared);
  ~shard();

  /// Takes a connection in, or one whose request another shard has read.
  void adopt(std::unique_ptr<transport::stream> bytes, std::string unread = {});
  void adopt(std::unique_ptr<transport::stream> bytes, std::string unread, moving_request what);

  /// Reads the clock: once a turn, so that all of a turn happens at one time.
  void tick() noexcept { now_ = settings_.clock->now(); }
  /// Before the reactor sleeps: whoever runs first behind it reads the clock.
  void forget_time() noexcept { now_ = asleep; }
  void expire() { deadlines_.expire(now_); }
  /// The clock itself, which moves within a turn.
  time_point clock_time() const noexcept { return settings_.clock->now(); }
  /// Writes what this turn queued.
  void flush();
  /// Frees what ended in this turn.
  void sweep();
  std::size_t dirty_count() const noexcept { return dirty_.size(); }
  /// Sessions that are not freed yet, also those that have ended.
  std::size_t session_count() const noexcept { return slots_.size() - free_slots_.size(); }
  /// Bytes that wait for the client that has most of them waiting.
  std::size_t longest_queue() const noexcept;
  /// HTTP connections.
  std::size_t peer_count() const noexcept { return peers_.size(); }
  time_point next_deadline() const noexcept { return deadlines_.next(); }
  /// Nobody is left who is still to be written to: no session, no HTTP request under way.
  bool is_quiet() const noexcept;
  /// Shuts down unless it has been told to: its arm may have died.
  void ensure_shut_down();
  bool is_shutting_down() const noexcept { return shutting_down_; }
  /// Closes the HTTP connections without a request.
  void drop_idle_peers();
  /// Sessions may be opened: it neither drains nor shuts down.
  bool takes_clients() const noexcept { return ending_ == nullptr; }
  /// Resets every connection; the actors are told.
  void abort_all();

  /// Ends one session in order, if it is still there.
  void shut_down_one(const actors::link_id& id, disconnect_reason reason);
  /// Whether the server takes one more connection, or session; its place is kept by it. If not, it
  /// was counted and told. The first is called on the listener's shard.
  bool admit_connection(transport::stream& bytes);
  bool admit_session(std::string_view address, transport::admission::place& into);

  // For sessions and peers.
  const options& settings() const noexcept { return settings_.user; }
  const engine_hooks& hooks() const noexcept { return *settings_.hooks; }
  transport::http_compressor& compressor() noexcept { return compressor_; }
  const std::shared_ptr<shard_gate>& gate();  ///< For hooks that answer later.
  const std::string& path() const noexcept { return settings_.path; }
  const protocol::engineio::session_options& engine_options() const noexcept {
    return settings_.engine;
  }
  const transport::http_options& http_options() const noexcept { return settings_.http; }
  const transport::websocket_options& websocket_options() const noexcept {
    return settings_.websocket;
  }
  std::span<char> scratch() noexcept { return scratch_; }
  timers& deadlines() noexcept { return deadlines_; }
  write_batch& batch() noexcept { return batch_; }
  translation& translations() noexcept { return translation_; }
  loop_list loops() const noexcept { return settings_.loops; }
  std::chrono::system_clock::time_point wall() const noexcept { return settings_.clock->wall(); }
  /// Of a response that is sent now.
  std::string_view date() {
    return date_.at(now(), [this] { return wall(); });
  }

  /// `sid`: given by the user; empty for one of ours.
  session& open_session(protocol::engineio::transport_kind transport, client_handshake handshake,
                        std::string sid = {});
  /// The open session with this Engine.IO sid; null if there is none here.
  session* find(std::string_view sid) noexcept;
  /// The shard that gave out this sid; any, for a made-up one.
  unsigned shard_of(std::string_view sid) const noexcept;
  /// One call of a session's listener.
  class listener_call {
   public:
    explicit listener_call(shard& home) noexcept : home_(home) { ++home_.listener_calls_; }
    ~listener_call() { --home_.listener_calls_; }
    listener_call(const listener_call&) = delete;
    listener_call& operator=(const listener_call&) = delete;

   private:
    shard& home_;
  };
  bool is_in_listener() const noexcept { return listener_calls_ != 0; }
  void mark_dirty(session& which) { dirty_.push_back(&which); }
  /// A shared frame for one of the session's own packets.
  protocol::frame_ptr control_frame(std::string_view packet);
  /// What compressed WebSockets share; only with options::per_message_deflate.
  compression& shared_compression();
  void closed(session& which);
  void bury(session& which);
  void bury(http_peer& which);
  /// Completes the handshake of a WebSocket that nobody wants, and closes it.
  void refuse_websocket(std::unique_ptr<transport::stream> bytes, std::string_view greeting);

  // actors::shard_context
  unsigned index() const noexcept override { return index_; }
  time_point now() const noexcept override {
    if (now_ == asleep) now_ = settings_.clock->now();
    return now_;
  }
  actors::link* find(const actors::link_id& id) noexcept override;
  void attach(const actors::link_id& id, const caf::actor& connection) override;
  void forget(const actors::link_id& id) override;
  void wake_broadcaster(std::uint32_t nsp, actors::time_point when) override;
  std::string next_sid() override;
  void tell_all(const actors::broadcaster_restarted& message) override;
  void wake_arm_at(time_point when) override { deadlines_.schedule(arm_timer_, when); }
  void shut_down(disconnect_reason reason) override;
  void drain_sessions(disconnect_reason reason, std::chrono::milliseconds deadline,
                      std::chrono::milliseconds spread) override;

 private:
  struct slot {
    std::unique_ptr<session> occupant;
    std::uint32_t generation = 0;
  };
  struct broadcaster_timer;
  session* occupant(const actors::link_id& id) noexcept;
  void fetch_ahead(std::size_t from) const noexcept;
  void report_limit(limit which, std::string_view address);

  struct arm_timer final : timer {
    explicit arm_timer(shard& shard_) : owner(shard_) {}
    void expired(time_point now) override;
    shard& owner;
  };

  const unsigned index_;
  const shard_settings& settings_;
  static constexpr time_point asleep = time_point::min();
  mutable time_point now_;
  timers deadlines_;
  arm_timer arm_timer_{*this};
  std::unordered_map<std::uint32_t, std::unique_ptr<broadcaster_timer>> broadcaster_timers_;
  write_batch batch_;
  translation translation_;
  std::vector<char> scratch_;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::unordered_map<std::string_view, session*> by_sid_;  // Open ones; keys: their sid.
  std::vector<std::unique_ptr<http_peer>> peers_;
  std::vector<session*> dirty_;
  std::vector<session*> ended_sessions_;
  std::vector<std::unique_ptr<http_peer>> ended_peers_;
  std::unordered_map<std::string, protocol::frame_ptr> control_frames_;
  std::vector<std::byte> random_;  // Drawn ahead.
  std::uint32_t sid_counter_;
  std::unique_ptr<compression> compression_;
  transport::http_compressor compressor_;
  kept_date date_;
  std::shared_ptr<shard_gate> gate_;  // Once a hook was called.
  unsigned listener_calls_ = 0;       // Under way, one within the other.
  bool shutting_down_ = false;
  std::unique_ptr<drain> ending_;  // Set while it drains or shuts down.
};

}  // namespace troupe::runtime
