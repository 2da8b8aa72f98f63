#include <troupe/protocol/frame.hpp>

namespace troupe::protocol {
namespace {

constexpr std::size_t size7_max = 125;
constexpr std::size_t size16_max = 0xffff;
constexpr char fin_text = '\x81';
constexpr char fin_binary = '\x82';

constexpr std::size_t header_size(std::size_t payload) noexcept {
  return payload <= size7_max ? 2 : payload <= size16_max ? 4 : 10;
}

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((number >> shift) & 0xff));
  }
}

// RFC 6455, section 5.2: the shortest of the three length forms; the server does not mask.
frame::part append_message(std::string& out, std::string_view payload, bool binary) {
  out.push_back(binary ? fin_binary : fin_text);
  if (payload.size() <= size7_max) {
    out.push_back(static_cast<char>(payload.size()));
  } else if (payload.size() <= size16_max) {
    out.push_back(126);
    append_big_endian(out, payload.size(), 2);
  } else {
    out.push_back(127);
    append_big_endian(out, payload.size(), 8);
  }
  const std::size_t offset = out.size();
  out.append(payload);
  return {offset, payload.size(), binary};
}

}  // namespace

frame::frame(std::string_view text, std::span<const std::string_view> attachments) {
  std::size_t total = header_size(text.size()) + text.size();
  for (const std::string_view attachment : attachments) {
    total += header_size(attachment.size()) + attachment.size();
  }
  bytes_.reserve(total);
  first_ = append_message(bytes_, text, false);
  rest_.reserve(attachments.size());
  for (const std::string_view attachment : attachments) {
    rest_.push_back(append_message(bytes_, attachment, true));
  }
}

frame frame::binary(std::string_view message) {
  const message_view only{message, true};
  return of({&only, 1});
}

frame frame::of(std::span<const message_view> messages) {
  std::size_t total = 0;
  for (const message_view& one : messages)
    total += header_size(one.bytes.size()) + one.bytes.size();
  frame made;
  made.bytes_.reserve(total);
  made.rest_.reserve(messages.size() - 1);
  made.first_ = append_message(made.bytes_, messages[0].bytes, messages[0].binary);
  for (const message_view& one : messages.subspan(1))
    made.rest_.push_back(append_message(made.bytes_, one.bytes, one.binary));
  return made;
}

frame_ptr with_compression(frame_ptr made, bool may_compress) {
  if (may_compress || made == nullptr) return made;
  auto kept = std::make_shared<frame>(*made);
  kept->keep_uncompressed();
  return kept;
}

}  // namespace troupe::protocol
