// A packet that the msgpack decoder takes is valid, within its bounds, and stays what it is when it
// is written and read again.
#include <tests/fuzz/mixed_values.hpp>
#include <tests/fuzz/require.hpp>

#include <troupe/protocol/json.hpp>
#include <troupe/protocol/msgpack.hpp>
#include <troupe/protocol/socketio/encoder.hpp>
#include <troupe/protocol/socketio/msgpack_parser.hpp>
#include <troupe/protocol/socketio/value.hpp>

#include <string>

namespace {

using namespace troupe::protocol;
using socketio::packet_type;
using troupe::fuzz::require;

const limits bounds;

result<socketio::packet_ptr> decode(std::string bytes) {
  static const auto parser = troupe::msgpack_parser();
  return parser->make_decoder(bounds)->decode(std::move(bytes), true, {});
}

std::vector<troupe::value> values_of(const socketio::packet_ptr& packet) {
  std::vector<troupe::value> values;
  for (const std::string_view slice : packet->view().arguments)
    values.push_back(troupe::value::from_packet(packet, slice));
  return values;
}

frame_ptr encode(const socketio::packet_ptr& packet) {
  static const socketio::encoder encoder(troupe::msgpack_parser());
  const socketio::packet_view& view = packet->view();
  const std::vector<troupe::value> values = values_of(packet);
  const troupe::argument_writer writer({}, values);
  const bool is_ack = view.type == packet_type::ack || view.type == packet_type::binary_ack;
  return is_ack ? encoder.ack(view.nsp, writer.texts(), view.id.value_or(0), writer.attachments())
                : encoder.event(view.nsp, writer.texts(), view.id, writer.attachments());
}

std::string message(const frame_ptr& made) {
  return std::string(made->message(made->part_at(0)));
}

void check_value(std::string_view bytes) {
  msgpack::reader reader(bytes, {});
  std::string json;
  std::vector<std::string> attachments;
  const auto read = reader.value(json, attachments);
  if (!read || json.empty()) return;
  require(json::scan(json, {514, json.size() + 1}, false).has_value(), "the text is JSON");
  require(json.size() <= 40 * bytes.size() + 40, "the text is in proportion to the bytes");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input = troupe::fuzz::text_of(bytes, size);
  check_value(input);
  const auto packet = decode(std::string(input));
  if (!packet) return 0;
  const socketio::packet_view& view = (*packet)->view();
  require(view.arguments.size() <= bounds.arguments_max, "the arguments are bounded");
  require((*packet)->attachments().size() <= 1024, "the attachments are bounded");
  if (view.type < packet_type::event || view.type == packet_type::connect_error) return 0;
  const std::string written = message(encode(*packet));
  const auto again = decode(written);
  require(again.has_value(), "what is written is read");
  require((*again)->view().arguments.size() == view.arguments.size(), "every argument is there");
  require(message(encode(*again)) == written, "reading and writing again changes nothing");
  troupe::fuzz::check_mixed(values_of(*packet));
  return 0;
}
