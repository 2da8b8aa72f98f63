#include <troupe/protocol/socketio/decoder.hpp>

namespace troupe::protocol::socketio {

result<packet_ptr> decoder::text(std::string data, time_point now) {
  if (unfinished_) return errc::unexpected_text;
  auto received = std::make_shared<packet>(std::move(data));
  auto view = parse(received->text_, bounds_);
  if (!view) return view.error();
  received->view_ = std::move(*view);
  if (received->view_.attachments == 0) return packet_ptr(std::move(received));
  received->attachments_.reserve(received->view_.attachments);
  unfinished_ = std::move(received);
  deadline_ = now + bounds_.attachments_timeout;
  return packet_ptr();
}

result<packet_ptr> decoder::binary(std::string data) {
  if (!unfinished_) return errc::unexpected_binary;
  unfinished_->attachments_.push_back(std::move(data));
  if (unfinished_->attachments_.size() < unfinished_->view_.attachments) return packet_ptr();
  deadline_ = time_point::max();
  return packet_ptr(std::move(unfinished_));
}

decoder::time_point decoder::deadline() const noexcept {
  return deadline_;
}

}  // namespace troupe::protocol::socketio
