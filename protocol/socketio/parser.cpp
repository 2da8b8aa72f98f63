#include <troupe/protocol/socketio/parser.hpp>

#include <troupe/protocol/utf8.hpp>

namespace troupe::protocol::socketio {
namespace {

// JSON's packet types tell whether there are placeholders to look for.
packet_type type_with(packet_type type, std::size_t attachments) noexcept {
  if (attachments == 0) return type;
  if (type == packet_type::event) return packet_type::binary_event;
  return type == packet_type::ack ? packet_type::binary_ack : type;
}

}  // namespace

result<packet_ptr> make_packet(received_packet parts, const limits& bounds) {
  if (parts.type < packet_type::connect || parts.type > packet_type::connect_error)
    return errc::bad_packet_type;
  const auto named = check_namespace(parts.nsp, bounds);
  if (!named) return named.error();
  if (!is_utf8(parts.nsp) || !is_utf8(parts.payload)) return errc::bad_utf8;
  auto made = std::make_shared<packet>(parts.nsp + parts.payload);
  packet_view& view = made->view_;
  view.nsp = std::string_view(made->text_).substr(0, parts.nsp.size());
  view.payload = std::string_view(made->text_).substr(parts.nsp.size());
  view.type = type_with(parts.type, parts.attachments.size());
  view.attachments = parts.attachments.size();
  view.id = parts.id;
  made->attachments_ = std::move(parts.attachments);
  const auto checked = check_payload(view, bounds);
  if (!checked) return checked.error();
  return packet_ptr(std::move(made));
}

}  // namespace troupe::protocol::socketio
