#include <troupe/runtime/session.hpp>

#include <algorithm>
#include <array>

#include <troupe/actors/messages.hpp>
#include <troupe/protocol/prefetch.hpp>
#include <troupe/runtime/http_peer.hpp>
#include <troupe/runtime/session_events.hpp>
#include <troupe/runtime/session_parts.hpp>
#include <troupe/runtime/shard.hpp>

namespace troupe::runtime {

namespace engineio = protocol::engineio;
using engineio::transport_kind;
using verdict = transport::outbox::verdict;

namespace {

// A handler may emit without end within one turn: past this its client is written to at once, so
// that the outbox bound counts what the client does not take, not what a turn can hold.
constexpr std::size_t turn_bytes_max = 256 * 1024;

}  // namespace

session::session(shard& home, actors::link_id id, std::string sid, transport_kind transport,
                 client_handshake handshake)
    : link(id),
      home_(home),
      wants_base64_(!handshake.parameter("b64").empty()),
      engine_(std::move(sid), transport, home.engine_options(), *this,
              engineio::revision_of(handshake.parameter("EIO"))),
      handshake_(std::move(handshake)) {
  is_plain_ = !is_revision_3();
  if (transport == transport_kind::polling) polling_ = std::make_unique<polling_state>();
}

session::~session() {
  if (queued_ != write_batch::root) home_.batch().leave(queued_);
  events_.reset();  // First: what its listeners hold may speak of this session as it goes.
}

void session::open(std::string_view greeting) {
  engine_.open(home_.now());
  if (!greeting.empty()) greet(greeting);
  if (!home_.settings().initial_packet.empty())
    queue(std::make_shared<protocol::frame>("4" + home_.settings().initial_packet));
  if (!home_.hooks().connection.empty()) static_cast<events&>(conn()).opened();
  plan();
}

// --- outgoing

void session::send(const protocol::frame_ptr& frame, actors::delivery how) {
  if (gone_ || cut_off_) return;
  if (how.is_volatile && (has_queued() || !engine_.is_writable() ||
                          (websocket_ && !websocket_->connection().is_writable()))) {
    home_.count().volatile_dropped.add();
    return;
  }
  queue(frame);
}

void session::queue(const protocol::frame_ptr& frame) {
  const protocol::frame_ptr* next = is_plain_ ? &frame : prepared(frame);
  if (next == nullptr) return;
  write_batch& batch = home_.batch();
  if (queued_ == write_batch::root) home_.mark_dirty(*this);
  queued_ = batch.append(queued_, *next);
  if (batch.bytes(queued_) > turn_bytes_max) flush();
}

const protocol::frame_ptr* session::prepared(const protocol::frame_ptr& frame) {
  if (events_ != nullptr) events_->queued(*frame);
  if (gone_) return nullptr;  // A listener closed it.
  return is_revision_3() ? &translated(frame) : &frame;
}

void session::on_send(std::string_view packet) {
  queue(home_.control_frame(packet));
}

void session::flush() {
  if (queued_ == write_batch::root) return;
  if (websocket_ != nullptr)
    flush_websocket();
  else if (polling_ != nullptr && !gone_)
    write_polled();
  else  // Nobody is there to read it.
    home_.batch().leave(std::exchange(queued_, write_batch::root));
}

void session::fetch(std::size_t step) const noexcept {
  if (step == 0)
    prefetch(&queued_);
  else if (step == 1)
    prefetch(websocket_.get());
  else if (websocket_ != nullptr)
    websocket_->fetch(step - 2);
}

void session::flush_websocket() {
  write_batch& batch = home_.batch();
  transport::websocket_connection& connection = websocket_->connection();
  const auto node = std::exchange(queued_, write_batch::root);
  verdict outcome = verdict::written;
  if (batch.is_shared(node) && !websocket_->is_compressed()) {
    // The owner is lent: no reference is counted unless the socket leaves bytes over.
    const write_batch::shared_run& run = batch.run(node);
    const boost::asio::const_buffer piece(run.bytes.data(), run.bytes.size());
    outcome = connection.write({&piece, 1}, {&run.owner, 1});
  } else {
    outcome = websocket_->write(batch.frames(node));
  }
  batch.leave(node);
  if (outcome == verdict::overflow) overflown();
  // Written: nothing had been queued, so no deadline runs.
  if (outcome == verdict::queued) check_soft_bound(connection.queued_bytes());
  if (events_ != nullptr) events_->drained();
}

// --- the actor

void session::attach(const caf::actor& connection) {
  actor_ = connection;
  actors::tell(actor_, actors::attached{this});
  pump();
}

// Used by messages that the actor has not handled, and by operations that it sent to broadcasters
// and that have not come back.
bool session::has_credit() const noexcept {
  // Behind the end all that had been received is handed on, at most one payload: a handler that
  // holds credit for ever must not keep the actor from hearing of the end.
  if (gone_) return true;
  return in_flight_ + pending.operations() + owed < home_.settings().events_in_flight_max &&
         in_flight_bytes_ < home_.settings().bytes_in_flight_max;
}

void session::hand_on(std::string_view data, bool binary) {
  ++in_flight_;
  in_flight_bytes_ += data.size();
  actors::tell(actor_, actors::client_data{std::string(data), binary});
}

// Which message comes back is not told, only that one does: the bytes are free when all are.
void session::count_settled() noexcept {
  if (in_flight_ == 0 && pending.empty() && owed == 0) in_flight_bytes_ = 0;
}

void session::on_message(std::string_view data, bool binary) {
  if (actor_ && waiting_.empty() && has_credit()) {
    hand_on(data, binary);
    if (has_credit()) return;
  } else {
    waiting_.push(data, binary);
  }
  if (paused_ || websocket_ == nullptr || (!actor_ && may_wait_for_actor())) return;
  paused_ = true;
  begin_not_reading();
  home_.count().reads_paused.add();
  websocket_->connection().pause_reading();
}

bool session::may_wait_for_actor() const noexcept {
  return waiting_.size() < home_.settings().events_in_flight_max &&
         waiting_.bytes() < home_.settings().bytes_in_flight_max;
}

void session::handled() {
  --in_flight_;
  count_settled();
  pump();
}

void session::operation_returned() {
  count_settled();
  if (is_unread() || !waiting_.empty()) pump();
}

void session::pump() {
  while (actor_ && !waiting_.empty() && has_credit()) {
    waiting_.pop([&](std::string_view data, bool binary) { hand_on(data, binary); });
  }
  if (gone_) {
    // The rest is behind what waits for a socket that a client that is gone will hardly get.
    if (in_flight_ == withheld) waiting_.clear();
    return tell_closed();
  }
  // Not at every message: reading goes on when half of the credit is there again.
  if (waiting_.empty() && in_flight_ <= home_.settings().events_in_flight_max / 2 && has_credit())
    take_more();
}

void session::take_more() {
  answer_waiting_post();
  if (!paused_ || websocket_ == nullptr) return;
  paused_ = false;
  websocket_->connection().resume_reading();
}

void session::wake_at(actors::time_point when) {
  actor_wake_ = when;
  home_.deadlines().schedule_by(*this, when);
}

void session::ask(std::function<void(actors::connection_actor&)> work) {
  if (actor_) actors::tell(actor_, actors::call{std::move(work)});
}

// --- time

void session::expired(time_point now) {
  if (actor_wake_ <= now) {
    actor_wake_ = time_point::max();
    if (actor_) actors::tell(actor_, actors::wake{});
  }
  if (cut_off_ && !gone_) abort();
  if (std::exchange(closes_soon_, false) && !gone_) close();
  if (websocket_ != nullptr) websocket_->connection().advance(now);
  if (probe_ != nullptr) probe_->connection().advance(now);
  // Its pong may be among what is not read for want of credit, or behind a POST that waits for it.
  if (is_unread() && now < unread_deadline_) engine_.extend_pong(now);
  if (!gone_) engine_.advance(now);
  if (soft_deadline_ <= now) {
    soft_deadline_ = time_point::max();
    if (queued_bytes() > home_.settings().outbox_bytes_soft_max) {
      overflown();
      abort();
    }
  }
  plan();
}

void session::begin_not_reading() {
  unread_deadline_ = actors::deadline_after(home_.now(), home_.settings().unread_timeout);
}

bool session::is_unread() const noexcept {
  return paused_ || (polling_ != nullptr && polling_->post != nullptr);
}

void session::plan() {
  time_point due = std::min({engine_.deadline(), soft_deadline_, actor_wake_});
  if (websocket_ != nullptr) due = std::min(due, websocket_->connection().deadline());
  if (probe_ != nullptr) due = std::min(due, probe_->connection().deadline());
  if (due != time_point::max()) home_.deadlines().schedule_by(*this, due);
}

}  // namespace troupe::runtime
