#include <troupe/protocol/socketio/msgpack_parser.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/protocol/msgpack.hpp>

namespace troupe {
namespace {

namespace msgpack = protocol::msgpack;
namespace socketio = protocol::socketio;
using protocol::errc;
using protocol::result;
using socketio::packet_type;

/// Reads the members of one packet, in any order; unknown ones are passed over.
class packet_reader {
 public:
  packet_reader(std::string_view message, const protocol::limits& bounds)
      : bounds_(bounds), from_(message, {.depth_max = bounds.json_depth_max}) {
    parts_.nsp.clear();
  }

  result<socketio::packet_ptr> read() {
    const auto members = from_.map();
    if (!members) return members.error();
    for (std::size_t left = *members; left > 0; --left) {
      const auto taken = member();
      if (!taken) return taken.error();
    }
    if (!from_.at_end() || !has_type_ || parts_.nsp.empty()) return errc::bad_payload;
    return make_packet(std::move(parts_), bounds_);
  }

 private:
  result<void> member() {
    const auto key = from_.string();
    if (!key) return key.error();
    if (*key == "type") return type();
    if (*key == "nsp") return nsp();
    if (*key == "id") return id();
    if (*key == "data") return data(parts_.payload, parts_.attachments);
    std::string ignored;
    std::vector<std::string> ignored_too;
    return data(ignored, ignored_too);
  }

  result<void> type() {
    const auto number = from_.number();
    if (!number) return number.error();
    if (!*number || **number > 4) return errc::bad_packet_type;
    parts_.type = static_cast<packet_type>('0' + static_cast<char>(**number));
    has_type_ = true;
    return {};
  }

  result<void> nsp() {
    const auto name = from_.string();
    if (!name) return name.error();
    parts_.nsp = *name;
    return {};
  }

  result<void> id() {
    const auto number = from_.number();
    if (!number) return number.error();
    parts_.id = *number;
    return {};
  }

  result<void> data(std::string& json, std::vector<std::string>& attachments) {
    json.clear();
    attachments.clear();
    return from_.value(json, attachments);
  }

  const protocol::limits& bounds_;
  msgpack::reader from_;
  received_packet parts_;
  bool has_type_ = false;
};

class msgpack_decoder final : public packet_decoder {
 public:
  explicit msgpack_decoder(const protocol::limits& bounds) : bounds_(bounds) {}

  result<socketio::packet_ptr> decode(std::string message, bool binary, time_point) override {
    if (!binary) return errc::unexpected_text;
    return packet_reader(message, bounds_).read();
  }

 private:
  const protocol::limits& bounds_;
};

class msgpack_encoding final : public parser {
 public:
  std::unique_ptr<packet_decoder> make_decoder(const protocol::limits& bounds) const override {
    return std::make_unique<msgpack_decoder>(bounds);
  }

  // The members in the order in which Node's server has them.
  protocol::frame_ptr encode(const outgoing_packet& packet) const override {
    const bool has_arguments = packet.type == packet_type::event || packet.type == packet_type::ack;
    const bool has_data = has_arguments || !packet.payload.empty();
    std::string out;
    msgpack::append_map(out, 2 + (has_data ? 1 : 0) + (packet.id ? 1 : 0));
    if (packet.type == packet_type::ack) append_id(out, packet.id);
    msgpack::append_string(out, "type");
    msgpack::append_number(out, static_cast<std::uint64_t>(packet.type) - '0');
    if (has_data) msgpack::append_string(out, "data");
    if (has_arguments) {
      msgpack::append_array(out, packet.arguments.size());
      for (const std::string_view one : packet.arguments)
        msgpack::append_json(out, one, packet.attachments);
    } else if (has_data) {
      msgpack::append_json(out, packet.payload, {});
    }
    if (packet.type != packet_type::ack) append_id(out, packet.id);
    msgpack::append_string(out, "nsp");
    msgpack::append_string(out, packet.nsp);
    return std::make_shared<const protocol::frame>(protocol::frame::binary(out));
  }

 private:
  static void append_id(std::string& out, std::optional<std::uint64_t> id) {
    if (!id) return;
    msgpack::append_string(out, "id");
    msgpack::append_number(out, *id);
  }
};

}  // namespace

std::shared_ptr<const parser> msgpack_parser() {
  return std::make_shared<const msgpack_encoding>();
}

}  // namespace troupe
