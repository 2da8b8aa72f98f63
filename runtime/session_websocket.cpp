#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <troupe/runtime/session_parts.hpp>
#include <troupe/runtime/shard.hpp>

// One WebSocket of a session: its transport, or a probe.

namespace troupe::runtime {

using verdict = transport::outbox::verdict;

void session::websocket_port::adopt(std::unique_ptr<transport::stream> bytes, std::string unread,
                                    const std::optional<transport::deflate_agreement>& deflate) {
  connection_.emplace(std::move(bytes), home_.websocket_options(), home_.scratch(), *this,
                      std::move(unread));
  if (!deflate) return;
  compression_ = std::make_unique<websocket_compression>(home_.shared_compression(), *deflate);
  connection_->decompress(compression_->inflater());
}

verdict session::websocket_port::write(const std::vector<const protocol::frame_ptr*>& frames) {
  if (frames.size() == 1 && compression_ == nullptr) {
    // The usual case: making and freeing the room for many costs 1,000 instructions.
    const std::shared_ptr<const void> owner = *frames.front();
    const std::string_view bytes = (*frames.front())->websocket_bytes();
    const boost::asio::const_buffer piece(bytes.data(), bytes.size());
    return connection_->write({&piece, 1}, {&owner, 1});
  }
  return write_behind({}, frames);
}

verdict session::websocket_port::write_behind(
    std::string_view greeting, const std::vector<const protocol::frame_ptr*>& frames) {
  constexpr std::size_t pieces_max = 64;
  std::array<boost::asio::const_buffer, pieces_max> pieces;
  std::array<std::shared_ptr<const void>, pieces_max> owners;
  std::size_t count = 0;
  if (!greeting.empty()) pieces[count++] = {greeting.data(), greeting.size()};
  verdict outcome = verdict::written;
  for (std::size_t at = 0; at < frames.size() || count > 0;) {
    for (; count < pieces_max && at < frames.size(); ++at, ++count) {
      const protocol::frame_ptr& frame = *frames[at];
      const auto small = compression_ == nullptr ? nullptr : compression_->compressed(frame);
      const std::string_view bytes = small == nullptr ? frame->websocket_bytes() : *small;
      pieces[count] = {bytes.data(), bytes.size()};
      if (small == nullptr)
        owners[count] = frame;
      else
        owners[count] = small;
    }
    outcome = connection_->write({pieces.data(), count}, {owners.data(), count});
    if (outcome == verdict::overflow || outcome == verdict::failed) return outcome;
    count = 0;
  }
  return outcome;
}

time_point session::websocket_port::now() const {
  return home_.now();
}

void session::websocket_port::on_message(std::string_view data, bool binary) {
  if (probing_)
    owner_.engine_.probe_message(data, binary, home_.now());
  else
    owner_.engine_.websocket_message(data, binary, home_.now());
  owner_.plan();
}

void session::websocket_port::on_refused(std::uint16_t code) {
  home_.count().requests_refused.add();
  constexpr std::uint16_t exceeds_fragments = 1008, exceeds_bytes = 1009;
  const bool is_limit = code == exceeds_fragments || code == exceeds_bytes;
  home_.shared().log(is_limit ? log_level::warning : log_level::debug,
                     "client closed with WebSocket code " + std::to_string(code) +
                         (is_limit ? ": its message exceeds a limit" : ": malformed frames"));
}

void session::websocket_port::on_closed(bool error) {
  session& owner = owner_;
  const time_point when = home_.now();
  if (probing_) {
    const auto closed = std::move(owner.probe_);
    owner.engine_.probe_closed(when);
    owner.bury_if_done();
  } else {
    const auto closed = std::move(owner.websocket_);
    owner.engine_.websocket_closed(error, when);
    owner.bury_if_done();
  }
}

void session::websocket_port::on_drained() {
  if (!probing_) owner_.soft_deadline_ = time_point::max();
}

void session::websocket_port::on_deadline_changed() {
  owner_.plan();
}

}  // namespace troupe::runtime
