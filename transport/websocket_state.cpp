#include <troupe/transport/websocket_state.hpp>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <cstring>
#include <utility>

#include <troupe/transport/frame_header.hpp>

namespace troupe::transport {

namespace {

// Reads per readiness: a peer that sends without end must not keep the others waiting.
constexpr int reads_per_turn_max = 2;
// Frames up to this size are put together without an allocation.
constexpr std::size_t small_frame_bytes_max = 1024;

}  // namespace

bool websocket_connection::state::takes_frames() const noexcept {
  return now_in == phase::closing || (now_in == phase::open && !is_paused && pong_behind == 0);
}

bool websocket_connection::state::wants_input() const noexcept {
  return now_in == phase::failing || (takes_frames() && kept == nullptr);
}

void websocket_connection::state::read() {
  for (int i = 0; i < reads_per_turn_max && wants_input(); ++i) {
    const auto got = bytes->read_some(scratch);
    if (!got.has_value()) {
      if (got.error() == boost::asio::error::eof)
        finish(false, ending::close);
      else if (got.error() != boost::asio::error::would_block)
        finish(true, ending::reset);
      break;
    }
    std::span<char> input = scratch.first(*got);
    receive(input);
    if (now_in == phase::open) keep({input.data(), input.size()});
    if (*got < scratch.size()) break;  // Most likely empty now: asking again would only say so.
  }
  go_on();
}

void websocket_connection::state::keep(std::string_view unread) {
  if (!unread.empty()) kept = std::make_unique<unparsed>(unparsed{std::string(unread)});
}

// Parses what was kept, as far as allowed, and waits for more.
void websocket_connection::state::go_on() {
  if (is_parsing) return;  // The loop that called the host goes on by itself.
  if (kept != nullptr) {
    std::span<char> input(kept->bytes.data(), kept->bytes.size());
    input = input.subspan(kept->offset);
    if (takes_frames()) receive(input);
    kept->offset = kept->bytes.size() - input.size();
    if (input.empty() || (now_in != phase::open && now_in != phase::closing)) kept.reset();
  }
  if (wants_input()) bytes->arm_readable();
}

// A reader has 150 bytes, and nearly always nothing to remember: it is kept only where it has.
void websocket_connection::state::receive(std::span<char>& input) {
  is_parsing = true;
  frame_reader fresh(options.message_bytes_max, options.fragments_max);
  if (decompressor != nullptr) fresh.take_compressed();
  frame_reader& reader = unfinished != nullptr ? *unfinished : fresh;
  while (!input.empty() && takes_frames()) handle(reader, reader.next(input));
  reader.release();
  if (reader.is_idle())
    unfinished.reset();
  else if (unfinished == nullptr)
    unfinished = std::make_unique<frame_reader>(std::move(fresh));
  is_parsing = false;
}

void websocket_connection::state::handle(const frame_reader& reader, frame_reader::event what) {
  switch (what) {
    case frame_reader::event::none:
    case frame_reader::event::pong:
      break;
    case frame_reader::event::text:
    case frame_reader::event::binary:
      if (now_in == phase::open) hand_on(reader, what == frame_reader::event::binary);
      break;
    case frame_reader::event::ping:
      if (now_in == phase::open) send_pong(reader.payload());
      break;
    case frame_reader::event::close:
      on_peer_close(reader.code());
      break;
    case frame_reader::event::failure:
      fail(reader.code());
      break;
  }
}

void websocket_connection::state::hand_on(const frame_reader& reader, bool binary) {
  if (!reader.is_compressed()) return owner->on_message(reader.payload(), binary);
  std::string message;
  const auto how = decompressor->append(message, reader.payload(), options.message_bytes_max);
  if (how == inflater::outcome::too_large) return fail(close_too_large);
  utf8_checker text;
  if (how == inflater::outcome::malformed ||
      (!binary && (!text.feed(message) || !text.is_complete())))
    return fail(close_bad_text);
  owner->on_message(message, binary);
}

void websocket_connection::state::fail(std::uint16_t code) {
  has_failed = true;
  owner->on_refused(code);
  if (now_in != phase::open)
    return finish(true, ending::reset);  // Our Close went before; there is nothing more to say.
  out.drop_unsent(bytes->begun_bytes());
  begin_closing(phase::failing, code);
}

outbox::verdict websocket_connection::state::send(
    std::span<const boost::asio::const_buffer> pieces,
    std::span<const std::shared_ptr<const void>> owners) {
  const outbox::verdict how = out.write(*bytes, pieces, owners);
  if (how == outbox::verdict::queued)
    bytes->arm_writable();
  else if (how != outbox::verdict::written)
    finish(true, ending::reset);
  return how;
}

outbox::verdict websocket_connection::state::send_frame(unsigned char first,
                                                        std::string_view payload) {
  std::array<char, frame_header_bytes_max + small_frame_bytes_max> small;
  if (payload.size() <= small_frame_bytes_max) {
    const std::size_t header = put_frame_header(small.data(), first, payload.size());
    std::copy(payload.begin(), payload.end(), small.data() + header);
    const boost::asio::const_buffer frame{small.data(), header + payload.size()};
    return send({&frame, 1}, {});
  }
  auto whole = std::make_shared<std::string>(frame_header_bytes_max, '\0');
  whole->resize(put_frame_header(whole->data(), first, payload.size()));
  whole->append(payload);
  const boost::asio::const_buffer frame{whole->data(), whole->size()};
  const std::shared_ptr<const void> keeper = std::move(whole);
  return send({&frame, 1}, {&keeper, 1});
}

// While it cannot be written nothing more is read, so at most one pong is ever queued.
void websocket_connection::state::send_pong(std::string_view payload) {
  if (send_frame(0x8A, payload) == outbox::verdict::queued) pong_behind = out.bytes();
}

void websocket_connection::state::flush() {
  if (now_in == phase::over || out.empty()) return;
  const std::size_t before = out.bytes();
  const outbox::verdict how = out.flush(*bytes);
  pong_behind -= std::min(pong_behind, before - out.bytes());
  if (how == outbox::verdict::failed)
    finish(true, ending::reset);
  else if (how == outbox::verdict::queued)
    on_partly_written(before);
  else if (now_in == phase::open)
    owner->on_drained();
  else
    on_close_written();
  go_on();
}

void websocket_connection::state::on_partly_written(std::size_t before) {
  bytes->arm_writable();
  if (now_in != phase::open && out.bytes() < before)
    set_deadline(std::min(owner->now() + options.closing_timeout, give_up_at));
}

void websocket_connection::state::begin_closing(phase next, std::optional<std::uint16_t> code) {
  now_in = next;
  const time_point now = owner->now();
  give_up_at = now + std::max(options.closing_timeout, options.last_write_timeout);
  set_deadline(now + options.closing_timeout);
  char payload[2] = {};
  if (code) {
    payload[0] = static_cast<char>(*code >> 8);
    payload[1] = static_cast<char>(*code & 0xFF);
  }
  if (send_frame(0x88, {payload, code ? 2u : 0u}) == outbox::verdict::written) on_close_written();
}

void websocket_connection::state::on_peer_close(std::uint16_t code) {
  if (now_in == phase::closing) {
    if (out.empty()) return finish(false, ending::close);
    now_in = phase::answering;  // The two crossed, and ours is still queued.
    return;
  }
  // The peer wants no more data (RFC 6455, section 5.5.1): only a frame begun must be completed.
  out.drop_unsent(bytes->begun_bytes());
  begin_closing(phase::answering,
                code == close_no_code ? std::nullopt : std::optional<std::uint16_t>(code));
}

void websocket_connection::state::on_close_written() {
  if (now_in == phase::answering) return finish(false, ending::close);
  set_deadline(owner->now() + options.closing_timeout);
  if (now_in == phase::failing)
    bytes->shutdown_send();  // Not closed: with input unread the peer would see a reset first.
}

void websocket_connection::state::finish(bool is_error, ending how) {
  if (now_in == phase::over) return;
  now_in = phase::over;
  has_failed = has_failed || is_error;
  if (how == ending::reset)
    bytes->reset();
  else
    bytes->close();
  set_deadline(is_in_loop ? time_point::max() : owner->now());
}

void websocket_connection::state::leave_loop() {
  is_in_loop = false;
  if (now_in != phase::over || is_told) return;
  is_told = true;
  deadline = time_point::max();
  owner->on_closed(has_failed);  // May destroy this.
}

void websocket_connection::state::set_deadline(time_point when) {
  if (when == deadline) return;
  deadline = when;
  owner->on_deadline_changed();
}

}  // namespace troupe::transport
