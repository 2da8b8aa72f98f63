#include <troupe/protocol/socketio/encoder.hpp>

#include <troupe/protocol/json.hpp>
#include <troupe/protocol/socketio/packet.hpp>

namespace troupe::protocol::socketio {

frame_ptr encoder::event(std::string_view nsp, std::span<const std::string_view> arguments,
                         std::optional<std::uint64_t> id,
                         std::span<const std::string_view> attachments) const {
  if (chosen_ == nullptr) return encode_event(nsp, arguments, id, attachments);
  return chosen_->encode({packet_type::event, nsp, id, arguments, attachments, {}});
}

frame_ptr encoder::ack(std::string_view nsp, std::span<const std::string_view> arguments,
                       std::uint64_t id, std::span<const std::string_view> attachments) const {
  if (chosen_ == nullptr) return encode_ack(nsp, arguments, id, attachments);
  return chosen_->encode({packet_type::ack, nsp, id, arguments, attachments, {}});
}

frame_ptr encoder::connect(std::string_view nsp, std::string_view sid, std::string_view pid) const {
  return control(packet_type::connect, nsp, connect_payload(sid, pid));
}

frame_ptr encoder::connect_v4(std::string_view nsp) const {
  return control(packet_type::connect, nsp, {});
}

frame_ptr encoder::connect_error(std::string_view nsp, std::string_view message,
                                 std::string_view data) const {
  return control(packet_type::connect_error, nsp, connect_error_payload(message, data));
}

frame_ptr encoder::connect_error_v4(std::string_view nsp, std::string_view message,
                                    std::string_view data) const {
  std::string text(data);
  if (data.empty()) json::append_string(text, message);
  return control(packet_type::connect_error, nsp, text);
}

frame_ptr encoder::disconnect(std::string_view nsp) const {
  return control(packet_type::disconnect, nsp, {});
}

frame_ptr encoder::control(packet_type type, std::string_view nsp, std::string_view payload) const {
  if (chosen_ == nullptr) return encode_control(type, nsp, payload);
  return chosen_->encode({type, nsp, {}, {}, {}, payload});
}

}  // namespace troupe::protocol::socketio
