#include <utility>

#include <troupe/actors/messages.hpp>
#include <troupe/runtime/http_peer.hpp>
#include <troupe/runtime/session_events.hpp>
#include <troupe/runtime/session_parts.hpp>
#include <troupe/runtime/shard.hpp>

// The end of a session: of its connections, of its actor, or both.

namespace troupe::runtime {

namespace engineio = protocol::engineio;

namespace {

disconnect_reason reason_for(engineio::close_reason reason) noexcept {
  switch (reason) {
    case engineio::close_reason::transport_error:
      return disconnect_reason::transport_error;
    case engineio::close_reason::transport_close:
      return disconnect_reason::transport_close;
    case engineio::close_reason::ping_timeout:
      return disconnect_reason::ping_timeout;
    case engineio::close_reason::parse_error:
      return disconnect_reason::parse_error;
    case engineio::close_reason::forced_close:
      return disconnect_reason::forced_close;
  }
  return disconnect_reason::transport_error;
}

}  // namespace

void session::released() {
  actor_ = {};
  released_ = true;
  actor_wake_ = time_point::max();
  if (!gone_) {
    // The actor died: its sockets are no more.
    home_.leave_all(*this);
    close();
  }
  bury_if_done();
}

void session::abandon() {
  released_ = true;
  abort();
  bury_if_done();
}

void session::dismiss() {
  released_ = true;
  close();
  bury_if_done();
}

void session::close() {
  engine_.close(home_.now());
  plan();
}

void session::close_soon() {
  closes_soon_ = true;
  home_.deadlines().schedule(*this, home_.now());
}

void session::abort() {
  if (websocket_ != nullptr) websocket_->connection().reset();
  if (probe_ != nullptr) probe_->connection().reset();
  websocket_.reset();
  probe_.reset();
  if (polling_ != nullptr) {
    if (http_peer* peer = std::exchange(polling_->get, nullptr)) peer->drop();
    if (http_peer* peer = std::exchange(polling_->post, nullptr)) peer->drop();
  }
  engine_.abort();
  bury_if_done();
}

void session::on_closed(engineio::close_reason reason) {
  if (std::exchange(gone_, true)) return;
  reason_ = reason_for(reason);
  if (events_ != nullptr) events_->closed(reason_);
  home_.count().sessions_closed.add();
  flush();
  if (websocket_ != nullptr) websocket_->connection().close();
  if (probe_ != nullptr) probe_->connection().close();
  answer_waiting_post();
  home_.closed(*this);
  // What had come before the end is handled before it.
  pump();
  bury_if_done();
}

void session::tell_closed() {
  if (!actor_ || !waiting_.empty() || std::exchange(told_closed_, true)) return;
  actors::tell(actor_, actors::link_closed{reason_});
}

void session::bury_if_done() {
  if (!gone_ || !released_ || websocket_ || probe_ || buried_) return;
  if (polling_ != nullptr && polling_->has_peer()) return;
  buried_ = true;
  home_.bury(*this);
}

}  // namespace troupe::runtime
