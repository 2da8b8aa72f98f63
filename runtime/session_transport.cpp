#include <algorithm>
#include <optional>

#include <troupe/actors/messages.hpp>
#include <troupe/protocol/engineio/jsonp.hpp>
#include <troupe/protocol/engineio/packet.hpp>
#include <troupe/protocol/engineio/packet_v3.hpp>
#include <troupe/runtime/http_peer.hpp>
#include <troupe/runtime/session_events.hpp>
#include <troupe/runtime/session_parts.hpp>
#include <troupe/runtime/shard.hpp>

// The session's side of its connections: WebSockets and polling requests.

namespace troupe::runtime {

namespace engineio = protocol::engineio;
using verdict = transport::outbox::verdict;

void session::open_websocket(std::unique_ptr<transport::stream> bytes, std::string unread,
                             std::string_view greeting,
                             const std::optional<transport::deflate_agreement>& deflate) {
  const bool probing =
      engine_.transport() == engineio::transport_kind::polling || websocket_ != nullptr;
  if (probing && (probe_ != nullptr || !engine_.probe_opened(home_.now()))) {
    // A second WebSocket for the session: it gets its handshake and is closed, as the reference
    // does, and the session does not notice.
    return home_.refuse_websocket(std::move(bytes), greeting);
  }
  auto port = std::make_unique<websocket_port>(*this, home_, probing);
  port->adopt(std::move(bytes), std::move(unread), deflate);
  websocket_port& opened = *port;
  (probing ? probe_ : websocket_) = std::move(port);
  if (probing)
    opened.write_behind(greeting, {});
  else
    open(greeting);
  opened.connection().start();
  plan();
}

// The open packet goes with the 101 response: one call, and the client wakes once.
void session::greet(std::string_view greeting) {
  const auto node = std::exchange(queued_, write_batch::root);
  websocket_->write_behind(greeting, home_.batch().frames(node));
  home_.batch().leave(node);
}

// --- engineio::session::host

bool session::has_queued() const {
  return queued_ != write_batch::root || (polling_ != nullptr && !polling_->frames.empty());
}

void session::on_flush_poll() {
  if (queued_ != write_batch::root) keep_for_poll();
  answer_poll();
}

void session::on_probe_send(std::string_view packet) {
  if (probe_ != nullptr) probe_->connection().write_text(packet);
}

void session::on_probe_close() {
  if (probe_ != nullptr) probe_->connection().close();
}

void session::on_upgraded() {
  if (queued_ != write_batch::root) keep_for_poll();
  websocket_ = std::move(probe_);
  websocket_->become_transport();
  std::vector<const protocol::frame_ptr*> frames;
  for (const protocol::frame_ptr& frame : polling_->frames) frames.push_back(&frame);
  const verdict outcome = websocket_->write(frames);
  soft_deadline_ = time_point::max();
  if (outcome == verdict::overflow) overflown();
  if (outcome == verdict::queued) check_soft_bound(websocket_->connection().queued_bytes());
  polling_->frames = {};
  polling_->bytes = polling_->uncounted = 0;
  if (!polling_->has_peer()) polling_.reset();
  if (events_ == nullptr) return;
  events_->upgraded();
  if (!frames.empty()) events_->drained();
}

void session::on_packet(const engineio::packet_view& packet) {
  events_->received(packet);
}

// --- slow readers

void session::check_soft_bound(std::size_t queued) {
  const options& bounds = home_.settings();
  if (queued <= bounds.outbox_bytes_soft_max) {
    soft_deadline_ = time_point::max();
    return;
  }
  if (soft_deadline_ != time_point::max()) return;
  soft_deadline_ = home_.now() + bounds.outbox_soft_timeout;
  plan();
}

std::size_t session::queued_bytes() const noexcept {
  if (websocket_ != nullptr) return websocket_->connection().queued_bytes();
  return polling_ != nullptr ? polling_->bytes : 0;
}

void session::overflown() {
  home_.count().outboxes_overflown.add();
  home_.shared().log(log_level::warning, "client closed: its outgoing queue is full");
}

// --- polling

void session::speak_jsonp(std::string_view index) {
  polling_->jsonp = index;
}

void session::get(http_peer& from) {
  const bool is_second = polling_->get != nullptr;
  if (!is_second) polling_->get = &from;
  if (!engine_.poll(home_.now())) {
    if (polling_->get == &from) polling_->get = nullptr;
    from.answer_overlap();
  } else if (polling_->get != nullptr && has_queued() && engine_.is_poll_pending()) {
    on_flush_poll();
  }
  plan();
  bury_if_done();
}

void session::post(http_peer& from, std::string_view body, bool binary_content) {
  if (polling_->post != nullptr) {
    from.answer_overlap();
    engine_.post_overlapped();
    return bury_if_done();
  }
  std::optional<std::string> unescaped;
  if (polling_->jsonp && !binary_content) {
    unescaped = engineio::jsonp_payload(body);
    if (!unescaped) return from.answer_post(engineio::post_verdict::ok);
    body = *unescaped;
  }
  const auto outcome = engine_.post(body, binary_content, home_.now());
  plan();
  if (outcome == engineio::post_verdict::ok && !waiting_.empty() && !gone_) {
    // Its messages wait for their handlers: the client gets its answer, and sends more, when
    // they have been taken.
    polling_->post = &from;
    begin_not_reading();
    return;
  }
  from.answer_post(outcome);
  bury_if_done();
}

void session::lost(http_peer& from) {
  if (polling_ == nullptr) return;
  if (polling_->post == &from) polling_->post = nullptr;
  if (polling_->get == &from) {
    polling_->get = nullptr;
    engine_.poll_aborted(home_.now());
  }
  bury_if_done();
}

void session::answer_waiting_post() {
  if (polling_ == nullptr || polling_->post == nullptr) return;
  http_peer* peer = std::exchange(polling_->post, nullptr);
  peer->answer_post(engineio::post_verdict::ok);
}

void session::write_polled() {
  keep_for_poll();
  if (polling_ == nullptr) return;  // A WebSocket that has just gone: there is nobody to write to.
  const options& bounds = home_.settings();
  if (engine_.is_poll_pending()) return answer_poll();
  if (polling_->bytes - polling_->uncounted > bounds.outbox_bytes_max ||
      polling_->frames.size() > bounds.outbox_packets_max) {
    // Not aborted within this call: it may come from the middle of a broadcast to the table that
    // aborting takes it out of, or from the engine.
    overflown();
    cut_off_ = true;
    polling_->frames = {};
    polling_->bytes = polling_->uncounted = 0;
    return home_.deadlines().schedule(*this, home_.now());
  }
  check_soft_bound(polling_->bytes);
}

// Moves what this turn queued into the session's own keeping.
void session::keep_for_poll() {
  write_batch& batch = home_.batch();
  const auto node = std::exchange(queued_, write_batch::root);
  if (polling_ != nullptr) {
    for (const protocol::frame_ptr* frame : batch.frames(node)) {
      const std::size_t size = (*frame)->websocket_bytes().size();
      if (polling_->uncounted == 0 && size > home_.settings().outbox_bytes_max)
        polling_->uncounted = size;
      polling_->frames.push_back(*frame);
    }
    polling_->bytes += batch.bytes(node);
  }
  batch.leave(node);
}

namespace {

std::string payload_of(const std::vector<protocol::frame_ptr>& frames) {
  std::string payload;
  std::size_t size = 0;
  for (const protocol::frame_ptr& frame : frames) size += engineio::payload_size(*frame) + 1;
  payload.reserve(size);
  for (const protocol::frame_ptr& frame : frames) engineio::append_to_payload(payload, *frame);
  return payload;
}

}  // namespace

// What a client of revision 3 gets in place of `frame`; shared by all of the shard.
const protocol::frame_ptr& session::translated(const protocol::frame_ptr& frame) {
  return home_.translations().of(frame, wants_base64_);
}

void session::answer_poll() {
  http_peer* peer = std::exchange(polling_->get, nullptr);
  http_peer::polled payload;
  // As in the reference: one packet that may be compressed is enough.
  payload.may_compress = std::any_of(polling_->frames.begin(), polling_->frames.end(),
                                     [](const auto& frame) { return frame->may_compress(); });
  if (is_revision_3()) {
    auto made = engineio::v3::make_payload(polling_->frames);
    payload.bytes = std::move(made.bytes);
    payload.binary = made.binary;
  } else {
    payload.bytes = payload_of(polling_->frames);
  }
  polling_->frames.clear();
  polling_->bytes = polling_->uncounted = 0;
  soft_deadline_ = time_point::max();
  engine_.poll_answered();
  if (polling_->jsonp) payload.bytes = engineio::jsonp_response(*polling_->jsonp, payload.bytes);
  if (peer != nullptr) peer->answer_get(std::move(payload));
  if (events_ != nullptr) events_->drained();
}

}  // namespace troupe::runtime
