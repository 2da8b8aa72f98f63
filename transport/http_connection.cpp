#include <troupe/transport/http_connection.hpp>

#include <utility>

#include <troupe/transport/http_state.hpp>

namespace troupe::transport {

http_connection::http_connection(std::unique_ptr<stream> bytes, const http_options& options,
                                 std::span<char> scratch, host& owner, std::string unread)
    : state_(
          std::make_unique<state>(std::move(bytes), options, scratch, owner, std::move(unread))) {
  state_->bytes->observe(this);
}

http_connection::~http_connection() = default;

void http_connection::start() {
  state_->set_timeout(state_->options.header_timeout);
  state_->go_on();
}

void http_connection::start_answering(bool head, bool last) {
  state_->now_in = state::phase::waiting;
  state_->is_first = false;
  state_->is_head = head;
  state_->is_last = last;
  if (state_->room() > 0) state_->bytes->arm_readable();
}

bool http_connection::is_last() const noexcept {
  return state_->is_last;
}

void http_connection::respond(const http_response& response) {
  state_->respond(response);
}

time_point http_connection::deadline() const noexcept {
  return state_->deadline;
}

void http_connection::advance(time_point now) {
  if (now < state_->deadline) return;
  state_->is_in_loop = true;
  state_->on_deadline();
  state_->leave_loop();
}

void http_connection::close() noexcept {
  if (!state_->bytes) return;
  state_->now_in = state::phase::over;
  state_->is_told = true;
  state_->deadline = time_point::max();
  state_->bytes->close();
}

std::pair<std::unique_ptr<stream>, std::string> http_connection::release() {
  state_->now_in = state::phase::over;
  state_->is_told = true;
  state_->deadline = time_point::max();
  state_->bytes->observe(nullptr);
  std::string unread = state_->kept.substr(state_->kept_offset);
  state_->drop_kept();
  return {std::move(state_->bytes), std::move(unread)};
}

std::string http_connection::remote_address() const {
  return state_->bytes ? state_->bytes->remote_address() : std::string();
}

bool http_connection::is_secure() const noexcept {
  return state_->bytes && state_->bytes->is_secure();
}

bool http_connection::is_busy() const noexcept {
  return state_->now_in == state::phase::waiting || state_->now_in == state::phase::writing;
}

void http_connection::on_readable() {
  state_->is_in_loop = true;
  state_->read();
  state_->leave_loop();
}

void http_connection::on_writable() {
  state_->is_in_loop = true;
  state_->flush();
  state_->leave_loop();
}

}  // namespace troupe::transport
