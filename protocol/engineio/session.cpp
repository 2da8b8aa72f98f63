#include <troupe/protocol/engineio/session.hpp>

#include <troupe/protocol/engineio/packet_v3.hpp>
#include <troupe/protocol/json.hpp>

#include <algorithm>

namespace troupe::protocol::engineio {
namespace {

constexpr std::string_view ping_packet = "2";
constexpr std::string_view pong_packet = "3";
constexpr std::string_view noop_packet = "6";
constexpr std::string_view probe_request = "2probe";
constexpr std::string_view probe_reply = "3probe";

// Clients get exactly these five keys, in the reference's order.
std::string open_packet(std::string_view sid, bool may_upgrade, const session_options& options) {
  std::string packet = "0{\"sid\":";
  json::append_string(packet, sid);
  packet += may_upgrade ? ",\"upgrades\":[\"websocket\"]" : ",\"upgrades\":[]";
  packet += ",\"pingInterval\":" + std::to_string(options.ping_interval.count());
  packet += ",\"pingTimeout\":" + std::to_string(options.ping_timeout.count());
  packet += ",\"maxPayload\":" + std::to_string(options.bounds.payload_bytes_max) + "}";
  return packet;
}

}  // namespace

session::session(std::string sid, transport_kind transport, const session_options& options,
                 host& owner, revision spoken)
    : sid_(std::move(sid)),
      options_(options),
      host_(owner),
      transport_(transport),
      revision_(spoken) {}

void session::open(time_point now) {
  if (state_ != state::unopened) return;
  state_ = state::open;
  if (revision_ == revision::v4)
    ping_due_ = now + options_.ping_interval;
  else
    pong_due_ = now + patience();
  const bool may_upgrade = transport_ == transport_kind::polling && options_.allow_upgrades &&
                           options_.transports.websocket;
  host_.on_send(open_packet(sid_, may_upgrade, options_));
}

bool session::poll(time_point) {
  if (state_ == state::closed || transport_ != transport_kind::polling) return false;
  if (poll_pending_) {
    finish(close_reason::transport_error);
    return false;
  }
  poll_pending_ = true;
  if (state_ == state::closing) {
    end_poll();
  } else if (probe_ != probe::none) {
    // No GET may hang while a client waits for its polling to end before it sends `5`.
    answer_poll_with_noop();
  }
  return true;
}

void session::poll_answered() noexcept {
  poll_pending_ = false;
}

void session::poll_aborted(time_point) {
  if (!poll_pending_) return;
  poll_pending_ = false;
  finish(close_reason::transport_error);
}

post_verdict session::post(std::string_view body, bool binary_content, time_point now) {
  if (state_ == state::closed || transport_ != transport_kind::polling)
    return post_verdict::bad_request;
  if (binary_content && revision_ == revision::v4) {
    finish(close_reason::transport_error);
    return post_verdict::bad_request;
  }
  if (body.size() > options_.bounds.payload_bytes_max) return post_verdict::too_large;
  const auto each = [&](const packet_view& packet) {
    receive(packet, now);
    return state_ != state::closed;
  };
  const auto parsed = revision_ == revision::v4 ? parse_payload(body, each)
                                                : v3::parse_payload(body, binary_content, each);
  if (!parsed) finish(close_reason::parse_error);
  const bool refused = state_ == state::closed && (reason_ == close_reason::parse_error ||
                                                   reason_ == close_reason::transport_error);
  return refused ? post_verdict::bad_request : post_verdict::ok;
}

void session::websocket_message(std::string_view data, bool binary, time_point now) {
  if (state_ != state::open || transport_ != transport_kind::websocket) return;
  std::string buffer;
  const auto packet = parse(data, binary, buffer);
  if (!packet) return finish(close_reason::parse_error);
  receive(*packet, now);
}

void session::websocket_closed(bool error, time_point) {
  if (transport_ != transport_kind::websocket) return;
  finish(error ? close_reason::transport_error : close_reason::transport_close);
}

bool session::probe_opened(time_point now) {
  if (state_ != state::open || transport_ != transport_kind::polling || is_upgrading() ||
      !options_.allow_upgrades || !options_.transports.websocket) {
    return false;
  }
  probe_ = probe::opened;
  upgrade_due_ = now + options_.upgrade_timeout;
  return true;
}

void session::probe_message(std::string_view data, bool binary, time_point now) {
  if (probe_ == probe::none) return;
  if (!binary && data == probe_request) {
    probe_ = probe::answered;
    noop_due_ = now + options_.upgrade_noop_interval;
    host_.on_probe_send(probe_reply);
    if (state_ == state::open && poll_pending_) answer_poll_with_noop();
    return;
  }
  const bool is_upgrade =
      !binary && !data.empty() && data[0] == static_cast<char>(packet_type::upgrade);
  if (is_upgrade && probe_ == probe::answered) return upgrade(now);
  drop_probe();
}

void session::probe_closed(time_point) {
  end_probe();
}

void session::close(time_point now) {
  if (state_ == state::unopened) return finish(close_reason::forced_close, {});
  if (state_ != state::open) return;
  if (transport_ == transport_kind::websocket) return finish(close_reason::forced_close);
  state_ = state::closing;
  ping_due_ = pong_due_ = never;
  close_due_ = now + options_.polling_close_timeout;
  drop_probe();
  if (poll_pending_) end_poll();
}

// A closing session's GET: first what is queued, alone, since clients that find the close packet in
// one payload with messages close before they have handled those; then the close packet.
void session::end_poll() {
  if (host_.has_queued()) return answer_poll({});
  finish(close_reason::forced_close);
}

void session::abort() {
  poll_pending_ = false;
  finish(close_reason::transport_error, {});
}

void session::extend_pong(time_point now) noexcept {
  if (pong_due_ != never) pong_due_ = now + patience();
}

time_point session::deadline() const noexcept {
  const time_point noop = poll_pending_ ? noop_due_ : never;
  return std::min({ping_due_, pong_due_, upgrade_due_, noop, close_due_});
}

void session::advance(time_point now) {
  if (now >= close_due_) return finish(close_reason::forced_close, {});
  if (now >= pong_due_) return finish(close_reason::ping_timeout);
  if (now >= upgrade_due_) drop_probe();
  if (now >= ping_due_) send_ping(now);
  if (now >= noop_due_) {
    noop_due_ = now + options_.upgrade_noop_interval;
    if (poll_pending_) answer_poll_with_noop();
  }
}

bool session::is_writable() const noexcept {
  return poll_pending_ || (transport_ == transport_kind::websocket && state_ != state::closed);
}
bool session::is_poll_pending() const noexcept {
  return poll_pending_;
}
bool session::is_open() const noexcept {
  return state_ == state::open;
}
bool session::is_upgrading() const noexcept {
  return probe_ != probe::none;
}
transport_kind session::transport() const noexcept {
  return transport_;
}

// How long the client may be silent: until its pong or, in revision 3, until its next ping.
milliseconds session::patience() const noexcept {
  if (revision_ == revision::v4) return options_.ping_timeout;
  return options_.ping_interval + options_.ping_timeout;
}

result<packet_view> session::parse(std::string_view data, bool binary, std::string& buffer) const {
  if (revision_ == revision::v3) return v3::parse_packet(data, binary, buffer);
  if (binary) return packet_view{packet_type::message, true, data};
  return parse_packet(data, buffer);
}

void session::receive(const packet_view& packet, time_point now) {
  if (state_ != state::open && !(state_ == state::closing && packet.type == packet_type::close)) {
    return;
  }
  if (tells_packets_) {
    host_.on_packet(packet);
    if (state_ == state::closed) return;
  }
  const bool awaits_pong = pong_due_ != never && revision_ == revision::v4;
  if (awaits_pong && !pong_refreshed_ && packet.type != packet_type::pong) {
    pong_refreshed_ = true;
    pong_due_ = now + options_.ping_timeout;
  }
  switch (packet.type) {
    case packet_type::message:
      return host_.on_message(packet.data, packet.binary);
    case packet_type::pong:
      if (revision_ == revision::v3) return finish(close_reason::transport_error);
      if (!awaits_pong) return;
      pong_due_ = never;
      ping_due_ = now + options_.ping_interval;
      return;
    case packet_type::ping:
      if (revision_ == revision::v4) return finish(close_reason::transport_error);
      pong_due_ = now + patience();
      return host_.on_send(pong_packet);
    case packet_type::close:
      return finish(close_reason::transport_close, noop_packet);
    case packet_type::open:
    case packet_type::upgrade:
    case packet_type::noop:
      return;
  }
}

// Queues `packet`, if any, and answers the pending GET with all that is queued.
void session::answer_poll(std::string_view packet) {
  if (!packet.empty()) host_.on_send(packet);
  if (!poll_pending_) return;  // The host answered it by itself, or closed the session.
  host_.on_flush_poll();
  poll_pending_ = false;
}

void session::answer_poll_with_noop() {
  answer_poll(host_.has_queued() ? std::string_view() : noop_packet);
}

void session::send_ping(time_point now) {
  ping_due_ = never;
  pong_due_ = now + options_.ping_timeout;
  pong_refreshed_ = false;
  if (poll_pending_) {
    answer_poll(ping_packet);
  } else {
    host_.on_send(ping_packet);
  }
}

void session::upgrade(time_point now) {
  end_probe();
  if (poll_pending_) answer_poll_with_noop();
  if (state_ != state::open) return;
  transport_ = transport_kind::websocket;
  // A ping may be under way on either transport: its pong gets the whole time again.
  extend_pong(now);
  host_.on_upgraded();
}

void session::end_probe() noexcept {
  probe_ = probe::none;
  upgrade_due_ = noop_due_ = never;
}

void session::drop_probe() {
  if (probe_ == probe::none) return;
  end_probe();
  host_.on_probe_close();
}

// A pending GET is answered with `farewell`, as the reference does for every reason.
void session::finish(close_reason reason, std::string_view farewell) {
  if (state_ == state::closed) return;
  // Whatever ends a session that the server is closing, the server closed it.
  reason_ = state_ == state::closing ? close_reason::forced_close : reason;
  state_ = state::closed;
  ping_due_ = pong_due_ = close_due_ = never;
  if (poll_pending_) answer_poll(farewell);
  drop_probe();
  host_.on_closed(reason_);
}

}  // namespace troupe::protocol::engineio
