#pragma once

#include <tests/fuzz/require.hpp>

#include <troupe/protocol/json.hpp>
#include <troupe/protocol/socketio/decoder.hpp>
#include <troupe/protocol/socketio/encoder.hpp>
#include <troupe/protocol/socketio/msgpack_parser.hpp>
#include <troupe/protocol/socketio/value.hpp>

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace troupe::fuzz {

/// Nothing that is written is refused for its size when it is read again.
inline const protocol::limits no_limits{
    .json_depth_max = 1'000'000, .arguments_max = 1'000'000, .attachments_max = 1'000'000};

using byte_list = std::vector<std::string>;

/// The attachments inside of `one`, in the order of its text.
inline byte_list bytes_in(const value& one) {
  byte_list found;
  constexpr auto any = std::numeric_limits<std::size_t>::max();
  for (const auto& placeholder : protocol::json::find_placeholders(one.json(), any)) {
    const bytes_view bytes = one.attachment(placeholder.number);
    if (bytes.data() != nullptr)
      found.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return found;
}

inline void append(byte_list& to, const byte_list& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// `one` and some of what is inside of it, taken out.
inline std::vector<value> slices_of(const value& one) {
  constexpr std::size_t slices_max = 12;
  std::vector<value> slices{one};
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const auto elements = slices[i].as_array();
    for (std::size_t j = 0; elements && j < elements->size(); ++j)
      if (slices.size() < slices_max) slices.push_back((*elements)[j]);
    const auto members = slices[i].as_members();
    for (std::size_t j = 0; members && j < members->size(); ++j)
      if (slices.size() < slices_max) slices.push_back((*members)[j].second);
  }
  return slices;
}

/// What a client makes of `sent`, an event's arguments: as JSON, or else as MessagePack.
inline arguments received(std::span<const value> sent, bool as_json) {
  namespace socketio = protocol::socketio;
  const auto chosen = as_json ? nullptr : msgpack_parser();
  const argument_writer writer("x", sent);
  const auto frame = socketio::encoder(chosen).event("/", writer.texts(), {}, writer.attachments());
  socketio::packet_ptr packet;
  socketio::decoder decoder(no_limits);
  for (std::size_t i = 0; i < frame->part_count(); ++i) {
    require(packet == nullptr, "one packet");
    std::string message(frame->message(frame->part_at(i)));
    const auto decoded = !as_json ? chosen->make_decoder(no_limits)->decode(message, true, {})
                         : i == 0 ? decoder.text(message.substr(1), {})
                                  : decoder.binary(message);
    require(decoded.has_value(), "what is written is read");
    packet = *decoded;
  }
  require(packet && packet->view().arguments.size() == sent.size() + 1, "every argument is there");
  arguments all;
  for (const std::string_view slice : packet->view().arguments)
    all.push_back(value::from_packet(packet, slice));
  all.erase(all.begin());
  return all;
}

/// Puts `sent`, which a client sent, beside and together with bytes of our own: with both encodings
/// every receiver has all bytes where they were, and no others.
inline void check_mixed(std::span<const value> sent) {
  const value own = value::from_bytes("own");
  arguments all{value::from_elements(sent)};
  std::vector<byte_list> expected(1);
  for (const value& one : sent) append(expected[0], bytes_in(one));
  const auto add = [&](value argument, byte_list bytes) {
    require(bytes_in(argument) == bytes, "bytes stay where they were put");
    all.push_back(std::move(argument));
    expected.push_back(std::move(bytes));
  };
  for (const value& one : sent) {
    for (const value& slice : slices_of(one)) {
      byte_list bytes = bytes_in(slice);
      add(slice, bytes);
      append(bytes, bytes_in(one));
      bytes.emplace_back("own");
      const value::member members[] = {{"_placeholder", slice}, {"num", one}, {"own", own}};
      // The whole looks like a placeholder, if the slice is `true`.
      add(value::from_members(members), bytes);
      bytes.emplace_back("own");
      const value elements[] = {all.back(), own};
      add(value::from_elements(elements), bytes);
    }
  }
  constexpr std::size_t binaries_max = 1024;  // That a MessagePack packet may have.
  std::size_t binaries = 0;
  for (const byte_list& bytes : expected) binaries += bytes.size();
  for (const bool as_json : {true, false}) {
    if (!as_json && binaries > binaries_max) return;
    const arguments back = received(all, as_json);
    for (std::size_t i = 0; i < all.size(); ++i)
      require(bytes_in(back[i]) == expected[i], "every receiver has the same bytes");
  }
}

}  // namespace troupe::fuzz
