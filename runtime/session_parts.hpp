#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/protocol/frame.hpp>
#include <troupe/runtime/compression.hpp>
#include <troupe/runtime/session.hpp>

// The pieces that a session has only at times: its WebSockets, its pending polling requests.

namespace troupe::runtime {

/// One WebSocket of a session: its transport, or a probe. Destroyed in its connection's last call.
class session::websocket_port final : public transport::websocket_connection::host {
 public:
  websocket_port(session& owner, shard& home, bool probing)
      : owner_(owner), home_(home), probing_(probing) {}

  void adopt(std::unique_ptr<transport::stream> bytes, std::string unread,
             const std::optional<transport::deflate_agreement>& deflate);
  bool is_compressed() const noexcept { return compression_ != nullptr; }
  /// Writes `frames` in gathers of at most 64; what the socket does not take is kept by reference.
  transport::outbox::verdict write(const std::vector<const protocol::frame_ptr*>& frames);
  /// The same behind `greeting`, the 101 response, if it is not empty.
  transport::outbox::verdict write_behind(std::string_view greeting,
                                          const std::vector<const protocol::frame_ptr*>& frames);
  transport::websocket_connection& connection() noexcept { return *connection_; }
  /// As session::fetch, from its third step on.
  void fetch(std::size_t step) const noexcept { connection_->fetch(step); }
  void become_transport() noexcept { probing_ = false; }

  // websocket_connection::host
  time_point now() const override;
  void on_message(std::string_view data, bool binary) override;
  void on_refused(std::uint16_t code) override;
  void on_closed(bool error) override;
  void on_drained() override;
  void on_deadline_changed() override;

 private:
  std::unique_ptr<websocket_compression> compression_;  // Null: none was agreed.
  std::optional<transport::websocket_connection> connection_;
  session& owner_;
  shard& home_;
  bool probing_;
};

/// What only a session on long-polling has.
struct session::polling_state {
  http_peer* get = nullptr;   // Pending.
  http_peer* post = nullptr;  // Read, but its messages wait for the actor: the answer waits too.
  std::vector<protocol::frame_ptr> frames;  // For the next GET.
  std::size_t bytes = 0;
  std::size_t uncounted = 0;         // Of these, of one frame larger than the bound; as in outbox.
  std::optional<std::string> jsonp;  // The number of the page's callback.
  bool has_peer() const noexcept { return get != nullptr || post != nullptr; }
};

}  // namespace troupe::runtime
