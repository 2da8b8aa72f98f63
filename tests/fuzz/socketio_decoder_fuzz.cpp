// Lines of text (T...) and binary (B...) messages through a decoder; whole packets are written
// again and parse to the same.
#include <tests/fuzz/mixed_values.hpp>
#include <tests/fuzz/require.hpp>

#include <troupe/protocol/socketio/value.hpp>
#include <troupe/protocol/utf8.hpp>

#include <string>
#include <vector>

namespace {

using namespace troupe::protocol;
using troupe::argument_writer;
using troupe::value;
using troupe::fuzz::require;

const limits bounds;

bool is_inside(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

frame_ptr write(const socketio::packet_view& view, const argument_writer& writer, bool is_ack) {
  return is_ack ? socketio::encode_ack(view.nsp, writer.texts(), view.id.value_or(0),
                                       writer.attachments())
                : socketio::encode_event(view.nsp, writer.texts(), view.id, writer.attachments());
}

void check(const socketio::packet_ptr& packet) {
  const socketio::packet_view& view = packet->view();
  require(packet->attachments().size() == view.attachments, "all attachments are there");
  const bool is_ack =
      view.type == socketio::packet_type::ack || view.type == socketio::packet_type::binary_ack;
  const bool is_event =
      view.type == socketio::packet_type::event || view.type == socketio::packet_type::binary_event;
  if (!is_ack && !is_event) {
    require(view.arguments.empty(), "only events and acks have arguments");
    return;
  }
  std::vector<value> values;
  for (const std::string_view slice : view.arguments) {
    require(is_inside(slice, view.payload), "arguments are slices");
    values.push_back(value::from_packet(packet, slice));
  }
  const argument_writer writer({}, values);
  require(writer.attachments().size() <= view.attachments, "attachments do not multiply");

  const frame_ptr frame = write(view, writer, is_ack);
  const auto again = socketio::parse(frame->message(frame->part_at(0)).substr(1), bounds);
  require(again.has_value(), "what is written parses");
  require(again->nsp == view.nsp && again->arguments.size() == view.arguments.size(),
          "what is written means the same");
  require(again->attachments == writer.attachments().size(), "attachments are announced");
  troupe::fuzz::check_mixed(values);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view input = troupe::fuzz::text_of(bytes, size);
  socketio::decoder decoder(bounds);
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    std::string line(input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
    if (line.empty()) continue;
    const bool binary = line[0] == 'B';
    line.erase(0, 1);
    if (!binary && !is_utf8(line)) return 0;
    const auto packet =
        binary ? decoder.binary(std::move(line)) : decoder.text(std::move(line), {});
    if (!packet) return 0;
    const bool waits = decoder.deadline() != socketio::decoder::time_point::max();
    require(waits == (*packet == nullptr), "a deadline stands while attachments are missing");
    if (*packet) check(*packet);
  }
  return 0;
}
