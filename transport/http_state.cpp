#include <troupe/transport/http_state.hpp>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <utility>

#include <troupe/transport/http_framing.hpp>

namespace troupe::transport {

namespace {

// Reads per readiness: a peer that sends without end must not keep the others waiting.
constexpr int reads_per_turn_max = 2;
constexpr unsigned request_timeout = 408;
constexpr std::size_t write_bytes_per_second_min = 1024;
// Of a body that is copied behind its header, since one piece costs the kernel less than two.
constexpr std::size_t joined_bytes_max = 4096;
constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

// What may be read now. While a request is answered only so much is read that the client's end is
// noticed, and a few pipelined requests fit.
std::size_t http_connection::state::room() const noexcept {
  if (now_in == phase::over || has_ended) return 0;
  if (is_reading() || now_in == phase::lingering) return scratch.size();
  const std::size_t held = kept.size() - kept_offset;
  return std::min(scratch.size(),
                  options.header_bytes_max - std::min(held, options.header_bytes_max));
}

void http_connection::state::read() {
  for (int i = 0; i < reads_per_turn_max; ++i) {
    const std::size_t size = room();
    if (size == 0) break;
    const auto got = bytes->read_some(scratch.first(size));
    if (!got.has_value()) {
      if (got.error() != boost::asio::error::would_block) on_read_error(got.error());
      break;
    }
    receive({scratch.data(), *got});
    if (*got < size) break;  // Most likely empty now: asking again would only say so.
  }
  if (room() > 0) bytes->arm_readable();
}

void http_connection::state::on_read_error(const boost::system::error_code& error) {
  has_ended = true;
  if (error != boost::asio::error::eof) owner.on_read_failed(error);
  // Half closed while its response is on the way: it may still read that.
  if (error == boost::asio::error::eof && now_in == phase::writing)
    is_last = true;
  else
    finish(false);
}

void http_connection::state::receive(std::string_view input) {
  if (now_in == phase::lingering) {
    discarded += input.size();
    if (discarded > options.linger_bytes_max) finish(false);
  } else if (is_reading() && kept.empty()) {
    parse(input, false);
  } else {
    kept.erase(0, std::exchange(kept_offset, 0));
    kept += input;
    go_on();
  }
}

void http_connection::state::go_on() {
  if (!is_parsing && is_reading() && !kept.empty())
    parse(std::string_view(kept).substr(kept_offset), true);
  if (room() > 0) bytes->arm_readable();
}

// `input` is in the scratch buffer or, `is_kept`, in `kept`.
void http_connection::state::parse(std::string_view input, bool is_kept) {
  is_parsing = true;
  while (is_reading() && !input.empty()) {
    if (now_in == phase::idle) {
      now_in = phase::header;
      if (!std::exchange(is_first, false)) set_timeout(options.header_timeout);
    }
    const auto how = reader.read(input);
    // The scratch buffer is not ours any more once the host is called.
    if (is_kept)
      kept_offset = kept.size() - input.size();
    else
      kept.assign(input);
    is_kept = true;
    if (how == http_request_reader::progress::need_more) {
      if (now_in == phase::header && reader.has_header()) on_header(input);
      break;
    }
    if (how == http_request_reader::progress::refused)
      refuse(reader.status());
    else
      dispatch();
    input = std::string_view(kept).substr(kept_offset);
  }
  is_parsing = false;
  if (kept_offset == kept.size() || now_in >= phase::lingering) drop_kept();
}

void http_connection::state::on_header(std::string_view rest) {
  now_in = phase::body;
  set_timeout(options.body_timeout);
  if (!rest.empty() || !reader.expects_continue()) return;
  send(continue_response, {});
  if (!unsent.empty()) bytes->arm_writable();
}

void http_connection::state::dispatch() {
  is_last = !reader.wants_keep_alive();
  http_request request = reader.take();
  is_head = request.method == "HEAD";
  now_in = phase::waiting;
  set_deadline(time_point::max());
  owner.on_request(std::move(request));
}

void http_connection::state::drop_kept() noexcept {
  std::string().swap(kept);
  kept_offset = 0;
}

void http_connection::state::refuse(unsigned status) {
  is_head = false;
  now_in = phase::waiting;
  http_response response;
  response.fields = owner.on_refused(status, reader.begun());
  reader.reset();
  response.status = status;
  response.close = true;
  respond(response);
}

void http_connection::state::respond(const http_response& response) {
  if (now_in != phase::waiting) return;
  is_last = is_last || response.close;
  now_in = phase::writing;
  const std::string_view body =
      may_have_body(response.status, is_head) ? std::string_view(response.body) : "";
  const bool is_one_piece = body.size() <= joined_bytes_max;
  std::string head = response_head(response, is_last, owner.date(), is_one_piece ? body.size() : 0);
  if (is_one_piece)
    send(head.append(body), {});
  else
    send(head, body);
  if (now_in != phase::writing) return;
  if (unsent.empty()) {
    on_response_written();
  } else {
    give_up_at = owner.now() + options.write_timeout +
                 std::chrono::seconds(unsent.size() / write_bytes_per_second_min);
    set_timeout(options.write_timeout);
    bytes->arm_writable();
  }
}

void http_connection::state::send(std::string_view head, std::string_view body) {
  std::size_t written = 0;
  if (unsent.empty()) {
    const std::array<boost::asio::const_buffer, 2> pieces{
        boost::asio::const_buffer{head.data(), head.size()}, {body.data(), body.size()}};
    const auto taken = bytes->write_some(std::span(pieces).first(body.empty() ? 1 : 2));
    if (taken.has_value())
      written = *taken;
    else if (taken.error() != boost::asio::error::would_block)
      return finish(true);
  }
  const std::size_t of_head = std::min(written, head.size());
  unsent.append(head.substr(of_head));
  unsent.append(body.substr(written - of_head));
}

void http_connection::state::flush() {
  if (!unsent.empty()) {
    const boost::asio::const_buffer rest{unsent.data() + unsent_offset,
                                         unsent.size() - unsent_offset};
    const auto taken = bytes->write_some({&rest, 1});
    if (!taken.has_value() && taken.error() != boost::asio::error::would_block) return finish(true);
    unsent_offset += taken.has_value() ? *taken : 0;
    if (taken.has_value() && now_in == phase::writing)
      set_deadline(std::min(owner.now() + options.write_timeout, give_up_at));
    if (unsent_offset < unsent.size()) return bytes->arm_writable();
    std::string().swap(unsent);
    unsent_offset = 0;
    if (now_in == phase::writing) on_response_written();
  }
  go_on();
}

void http_connection::state::on_response_written() {
  if (is_last) return linger();
  now_in = phase::idle;
  set_timeout(options.keep_alive_timeout);
  if (is_parsing) return;
  // The next request is not handed on within the host's call: a writable stream calls us soon.
  if (kept.empty())
    bytes->arm_readable();
  else
    bytes->arm_writable();
}

void http_connection::state::linger() {
  bytes->shutdown_send();
  if (has_ended) return finish(false);
  now_in = phase::lingering;
  if (!is_parsing) drop_kept();
  set_timeout(options.linger_timeout);
  bytes->arm_readable();
}

void http_connection::state::finish(bool with_reset) {
  if (now_in == phase::over) return;
  now_in = phase::over;
  if (with_reset)
    bytes->reset();
  else
    bytes->close();
  set_deadline(is_in_loop ? time_point::max() : owner.now());
}

void http_connection::state::on_deadline() {
  if (now_in == phase::body)
    refuse(request_timeout);
  else
    finish(now_in == phase::writing);
}

void http_connection::state::leave_loop() {
  is_in_loop = false;
  if (now_in != phase::over || is_told) return;
  is_told = true;
  deadline = time_point::max();
  owner.on_closed();  // May destroy this.
}

void http_connection::state::set_deadline(time_point when) {
  if (when == deadline) return;
  deadline = when;
  owner.on_deadline_changed();
}

}  // namespace troupe::transport
