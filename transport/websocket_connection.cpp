#include <troupe/transport/websocket_connection.hpp>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

#include <troupe/transport/websocket_state.hpp>

namespace troupe::transport {

websocket_connection::websocket_connection(std::unique_ptr<stream> bytes,
                                           const websocket_options& options,
                                           std::span<char> scratch, host& owner, std::string unread)
    : state_(
          std::make_unique<state>(std::move(bytes), options, scratch, owner, std::move(unread))) {
  state_->bytes->observe(this);
}

websocket_connection::~websocket_connection() = default;

void websocket_connection::change_host(host& owner) noexcept {
  state_->owner = &owner;
}

void websocket_connection::decompress(inflater& by) noexcept {
  state_->decompressor = &by;
}

void websocket_connection::start() {
  state_->go_on();
}

void websocket_connection::fetch(std::size_t step) const noexcept {
  if (step == 0)
    __builtin_prefetch(state_.get());
  else
    __builtin_prefetch(state_->bytes.get());
}

outbox::verdict websocket_connection::write(std::span<const boost::asio::const_buffer> pieces,
                                            std::span<const std::shared_ptr<const void>> owners) {
  if (state_->now_in != state::phase::open) return outbox::verdict::failed;
  return state_->send(pieces, owners);
}

outbox::verdict websocket_connection::write_text(std::string_view text) {
  if (state_->now_in != state::phase::open) return outbox::verdict::failed;
  return state_->send_frame(0x81, text);
}

void websocket_connection::pause_reading() {
  state_->is_paused = true;
}

void websocket_connection::resume_reading() {
  state_->is_paused = false;
  state_->go_on();
}

void websocket_connection::close(std::optional<std::uint16_t> code) {
  if (state_->now_in != state::phase::open) return;
  state_->begin_closing(state::phase::closing, code);
  state_->go_on();
}

void websocket_connection::reset() noexcept {
  state_->now_in = state::phase::over;
  state_->is_told = true;
  state_->deadline = time_point::max();
  state_->bytes->reset();
}

bool websocket_connection::is_writable() const noexcept {
  return state_->now_in == state::phase::open && state_->out.empty();
}

std::size_t websocket_connection::queued_bytes() const noexcept {
  return state_->out.bytes();
}

time_point websocket_connection::deadline() const noexcept {
  return state_->deadline;
}

void websocket_connection::advance(time_point now) {
  if (now < state_->deadline) return;
  state_->is_in_loop = true;
  // The peer that closed and does not read our answer has ended in order all the same.
  if (state_->now_in != state::phase::over)
    state_->finish(state_->now_in != state::phase::answering, state::ending::reset);
  state_->leave_loop();
}

std::string websocket_connection::remote_address() const {
  return state_->bytes->remote_address();
}

void websocket_connection::on_readable() {
  state_->is_in_loop = true;
  state_->read();
  state_->leave_loop();
}

void websocket_connection::on_writable() {
  state_->is_in_loop = true;
  state_->flush();
  state_->leave_loop();
}

}  // namespace troupe::transport
