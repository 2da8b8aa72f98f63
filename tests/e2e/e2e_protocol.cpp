// Which protocol the scripted server speaks: --allow-eio3, --parser json|msgpack|lines.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>

#include <troupe/msgpack.hpp>
#include <troupe/parser.hpp>

#include "e2e_parts.hpp"

namespace troupe_e2e {

namespace {

using troupe::protocol::errc;
using troupe::protocol::frame;
using troupe::protocol::limits;
using troupe::protocol::result;
using troupe::protocol::socketio::packet_ptr;
using troupe::protocol::socketio::packet_type;

/// A parser as an embedder would write one: text, a line for each part of a packet (type,
/// namespace, ack id, payload), without binary. line_parser.mjs is its other half.
class line_parser final : public troupe::parser {
 public:
  std::unique_ptr<troupe::packet_decoder> make_decoder(const limits& bounds) const override {
    return std::make_unique<decoder>(bounds);
  }

  troupe::protocol::frame_ptr encode(const troupe::outgoing_packet& packet) const override {
    std::string text = "4";
    text.push_back(static_cast<char>(packet.type));
    text.append("\n").append(packet.nsp).push_back('\n');
    if (packet.id) text.append(std::to_string(*packet.id));
    text.push_back('\n');
    const bool is_list = packet.type == packet_type::event || packet.type == packet_type::ack;
    return std::make_shared<frame>(text.append(is_list ? list_of(packet) : packet.payload));
  }

 private:
  static std::string list_of(const troupe::outgoing_packet& packet) {
    std::string list = "[";
    for (const std::string_view one : packet.arguments) {
      if (list.size() > 1) list.push_back(',');
      list.append(one);
    }
    return list + ']';
  }

  class decoder final : public troupe::packet_decoder {
   public:
    explicit decoder(const limits& bounds) : bounds_(bounds) {}

    result<packet_ptr> decode(std::string message, bool binary, time_point) override {
      if (binary) return errc::unexpected_binary;
      std::string_view rest = message;
      troupe::received_packet parts;
      const std::string_view type = take_line(rest);
      if (type.size() != 1) return errc::bad_packet_type;
      parts.type = static_cast<packet_type>(type[0]);
      parts.nsp = take_line(rest);
      const std::string_view id = take_line(rest);
      if (!id.empty()) {
        const auto read = std::from_chars(id.data(), id.data() + id.size(), parts.id.emplace());
        if (read.ec != std::errc()) return errc::bad_ack_id;
      }
      parts.payload = rest;
      return make_packet(std::move(parts), bounds_);
    }

   private:
    static std::string_view take_line(std::string_view& text) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      return line;
    }

    const limits& bounds_;
  };
};

}  // namespace

void add_protocol_options(CLI::App& app, troupe::options& options) {
  app.add_flag("--allow-eio3", options.allow_eio3);
  app.add_option_function<std::string>("--parser", [&options](const std::string& name) {
    if (name == "msgpack") options.parser = troupe::msgpack_parser();
    if (name == "lines") options.parser = std::make_shared<line_parser>();
  });
}

}  // namespace troupe_e2e
