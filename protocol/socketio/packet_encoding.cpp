#include <troupe/protocol/json.hpp>
#include <troupe/protocol/socketio/packet.hpp>

namespace troupe::protocol::socketio {
namespace {

constexpr char engineio_message = '4';

// Everything before the payload: `4` type [attachments `-`] [nsp `,`] [id].
std::string header(packet_type type, std::string_view nsp, std::optional<std::uint64_t> id,
                   std::size_t attachments) {
  std::string out;
  out.push_back(engineio_message);
  out.push_back(static_cast<char>(type));
  if (attachments > 0) out.append(std::to_string(attachments)).push_back('-');
  if (nsp != "/") out.append(nsp).push_back(',');
  if (id) out.append(std::to_string(*id));
  return out;
}

frame_ptr encode_array(std::string out, std::span<const std::string_view> elements,
                       std::span<const std::string_view> attachments) {
  std::size_t size = out.size() + elements.size() + 2;
  for (const std::string_view element : elements) size += element.size();
  out.reserve(size);
  out.push_back('[');
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out.push_back(',');
    out.append(elements[i]);
  }
  out.push_back(']');
  return std::make_shared<const frame>(out, attachments);
}

}  // namespace

frame_ptr encode_event(std::string_view nsp, std::span<const std::string_view> arguments,
                       std::optional<std::uint64_t> id,
                       std::span<const std::string_view> attachments) {
  const auto type = attachments.empty() ? packet_type::event : packet_type::binary_event;
  return encode_array(header(type, nsp, id, attachments.size()), arguments, attachments);
}

frame_ptr encode_ack(std::string_view nsp, std::span<const std::string_view> arguments,
                     std::uint64_t id, std::span<const std::string_view> attachments) {
  const auto type = attachments.empty() ? packet_type::ack : packet_type::binary_ack;
  return encode_array(header(type, nsp, id, attachments.size()), arguments, attachments);
}

frame_ptr encode_control(packet_type type, std::string_view nsp, std::string_view payload) {
  return std::make_shared<const frame>(header(type, nsp, {}, 0).append(payload));
}

std::string connect_payload(std::string_view sid, std::string_view pid) {
  std::string out = "{\"sid\":";
  json::append_string(out, sid);
  if (!pid.empty()) {
    out.append(",\"pid\":");
    json::append_string(out, pid);
  }
  out.push_back('}');
  return out;
}

std::string connect_error_payload(std::string_view message, std::string_view data) {
  std::string out = "{\"message\":";
  json::append_string(out, message);
  if (!data.empty()) out.append(",\"data\":").append(data);
  out.push_back('}');
  return out;
}

frame_ptr encode_connect(std::string_view nsp, std::string_view sid, std::string_view pid) {
  return encode_control(packet_type::connect, nsp, connect_payload(sid, pid));
}

frame_ptr encode_connect_error(std::string_view nsp, std::string_view message,
                               std::string_view data) {
  return encode_control(packet_type::connect_error, nsp, connect_error_payload(message, data));
}

frame_ptr encode_disconnect(std::string_view nsp) {
  return encode_control(packet_type::disconnect, nsp, {});
}

}  // namespace troupe::protocol::socketio
