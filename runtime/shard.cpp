#include <troupe/runtime/shard.hpp>

#include <algorithm>
#include <array>
#include <functional>

#include <troupe/actors/messages.hpp>
#include <troupe/protocol/base64.hpp>
#include <troupe/runtime/hook_call.hpp>

namespace troupe::runtime {

namespace engineio = protocol::engineio;

namespace {

constexpr std::size_t scratch_bytes = 64 * 1024;
constexpr std::size_t sid_bytes = 15;
constexpr std::size_t sid_characters = 20;
constexpr std::size_t counter_bytes = 4;
constexpr std::size_t random_ahead = 4096;

/// The counter that a sid ends in: it tells the shard that gave it out.
std::uint32_t counter_of(std::string_view sid) noexcept {
  // The last eight characters are six bytes, of which the counter is the last four.
  std::uint64_t bits = 0;
  for (const char c : sid.substr(sid_characters - 8)) {
    std::uint64_t digit = 0;
    if (c >= 'A' && c <= 'Z') digit = static_cast<std::uint64_t>(c - 'A');
    if (c >= 'a' && c <= 'z') digit = static_cast<std::uint64_t>(c - 'a') + 26;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint64_t>(c - '0') + 52;
    if (c == '-') digit = 62;
    if (c == '_') digit = 63;
    bits = bits << 6 | digit;
  }
  return static_cast<std::uint32_t>(bits);
}

}  // namespace

struct shard::broadcaster_timer final : timer {
  broadcaster_timer(shard& shard_, std::uint32_t index) : home(shard_), nsp(index) {}
  void expired(time_point) override {
    if (const auto entry = home.shared().at(nsp))
      actors::tell(home.broadcaster(*entry), actors::wake{});
  }
  shard& home;
  const std::uint32_t nsp;
};

shard::shard(unsigned index, const shard_settings& settings, actors::directory& shared)
    : shard_context(shared),
      index_(index),
      settings_(settings),
      now_(settings.clock->now()),
      scratch_(scratch_bytes),
      sid_counter_(index),
      compressor_(settings.user.http_compression.value_or(http_compression_options{}).level) {}

shard::~shard() {
  if (gate_ != nullptr) gate_->close();
}

const std::shared_ptr<shard_gate>& shard::gate() {
  if (gate_ == nullptr) gate_ = std::make_shared<shard_gate>(shared().arms[index_]);
  return gate_;
}

void shard::adopt(std::unique_ptr<transport::stream> bytes, std::string unread) {
  count().connections_accepted.add();
  if (shutting_down_ || peers_.size() >= settings().http_connections_per_shard_max) return;
  auto& peer =
      *peers_.emplace_back(std::make_unique<http_peer>(*this, std::move(bytes), std::move(unread)));
  peer.position = peers_.size() - 1;
  peer.start();
}

void shard::adopt(std::unique_ptr<transport::stream> bytes, std::string unread,
                  moving_request what) {
  auto& peer =
      *peers_.emplace_back(std::make_unique<http_peer>(*this, std::move(bytes), std::move(unread)));
  peer.position = peers_.size() - 1;
  peer.start_with(std::move(what));
}

void shard::arm_timer::expired(time_point) {
  actors::tell(owner.shared().arms[owner.index_], actors::wake{});
}

// A session's memory is reached over three pointers, and of thousands none of it is in the near
// caches: each step is asked for while the sessions before are written.
void shard::fetch_ahead(std::size_t from) const noexcept {
  for (std::size_t step = 0; step < session::fetch_steps; ++step) {
    const std::size_t at = from + session::fetch_steps - step;
    if (at < dirty_.size()) dirty_[at]->fetch(step);
  }
}

void shard::flush() {
  // A flush may mark others dirty (a session that closes tells nobody here, but be exact).
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    fetch_ahead(i);
    dirty_[i]->flush();
  }
  dirty_.clear();
  batch_.clear();
  if (compression_ != nullptr) compression_->forget_frames();
}

compression& shard::shared_compression() {
  if (compression_ == nullptr)
    compression_ = std::make_unique<compression>(*settings().per_message_deflate);
  return *compression_;
}

void shard::sweep() {
  while (!ended_sessions_.empty() || !ended_peers_.empty()) {
    ended_peers_.clear();
    const auto ended = std::exchange(ended_sessions_, {});
    for (session* which : ended) {
      slot& place = slots_[which->id().slot];
      ++place.generation;
      free_slots_.push_back(which->id().slot);
      place.occupant.reset();
    }
  }
}

session& shard::open_session(engineio::transport_kind transport, client_handshake handshake,
                             std::string sid) {
  if (sid.empty()) sid = next_sid();
  std::uint32_t number = static_cast<std::uint32_t>(slots_.size());
  if (free_slots_.empty()) {
    slots_.emplace_back();
  } else {
    number = free_slots_.back();
    free_slots_.pop_back();
  }
  const actors::link_id id{index_, number, slots_[number].generation};
  slots_[number].occupant =
      std::make_unique<session>(*this, id, std::move(sid), transport, std::move(handshake));
  session& opened = *slots_[number].occupant;
  by_sid_.emplace(opened.sid(), &opened);
  count().sessions_opened.add();
  actors::tell(shared().supervisor, actors::session_opened{id});
  return opened;
}

session* shard::find(std::string_view sid) noexcept {
  const auto found = by_sid_.find(sid);
  return found == by_sid_.end() ? nullptr : found->second;
}

unsigned shard::shard_of(std::string_view sid) const noexcept {
  // Ids of the user's say nothing of a shard: every shard reckons the same from them.
  if (hooks().generate_id)
    return static_cast<unsigned>(std::hash<std::string_view>{}(sid) % settings_.loops.size());
  if (sid.size() != sid_characters) return index_;
  return counter_of(sid) % static_cast<std::uint32_t>(settings_.loops.size());
}

void shard::wake_broadcaster(std::uint32_t nsp, actors::time_point when) {
  auto& waking = broadcaster_timers_[nsp];
  if (waking == nullptr) waking = std::make_unique<broadcaster_timer>(*this, nsp);
  deadlines_.schedule(*waking, when);
}

std::string shard::next_sid() {
  if (random_.size() < sid_bytes) {
    random_.resize(random_ahead);
    settings_.random->fill(random_);
  }
  std::array<char, sid_bytes> raw;
  for (std::size_t i = 0; i < sid_bytes - counter_bytes; ++i) {
    raw[i] = static_cast<char>(random_.back());
    random_.pop_back();
  }
  for (std::size_t i = 0; i < counter_bytes; ++i)
    raw[sid_bytes - 1 - i] = static_cast<char>(sid_counter_ >> (8 * i));
  sid_counter_ += static_cast<std::uint32_t>(settings_.loops.size());
  // Wrapping around must not change which shard the numbers mean.
  if (sid_counter_ < settings_.loops.size()) sid_counter_ = index_;
  std::string sid;
  protocol::base64::append_encoded(sid, {raw.data(), raw.size()});
  std::replace(sid.begin(), sid.end(), '+', '-');
  std::replace(sid.begin(), sid.end(), '/', '_');
  return std::string(std::string_view(sid));  // Kept for long: without room to spare.
}

protocol::frame_ptr shard::control_frame(std::string_view packet) {
  constexpr std::size_t shared_bytes_max = 8;  // "2", "1", "6"; the open packet is nobody else's.
  if (packet.size() > shared_bytes_max) return std::make_shared<protocol::frame>(packet);
  protocol::frame_ptr& kept = control_frames_[std::string(packet)];
  if (kept == nullptr) kept = std::make_shared<protocol::frame>(packet);
  return kept;
}

void shard::closed(session& which) {
  leave_all(which);
  by_sid_.erase(which.sid());
}

void shard::bury(session& which) {
  ended_sessions_.push_back(&which);
}

void shard::bury(http_peer& which) {
  peers_.back()->position = which.position;
  std::swap(peers_[which.position], peers_.back());
  ended_peers_.push_back(std::move(peers_.back()));
  peers_.pop_back();
}

void shard::refuse_websocket(std::unique_ptr<transport::stream> bytes, std::string_view greeting) {
  // An empty Close frame behind the 101; the stream's end follows. Nothing is read.
  std::string farewell(greeting);
  farewell += std::string_view("\x88\x00", 2);
  const boost::asio::const_buffer piece(farewell.data(), farewell.size());
  (void)bytes->write_some({&piece, 1});
  bytes->shutdown_send();
}

session* shard::occupant(const actors::link_id& id) noexcept {
  if (id.shard != index_ || id.slot >= slots_.size()) return nullptr;
  const slot& place = slots_[id.slot];
  return place.generation == id.generation ? place.occupant.get() : nullptr;
}

actors::link* shard::find(const actors::link_id& id) noexcept {
  session* found = occupant(id);
  return found != nullptr && found->is_open() && !found->is_released() ? found : nullptr;
}

void shard::attach(const actors::link_id& id, const caf::actor& connection) {
  session* found = occupant(id);
  if (found != nullptr && !found->is_released()) return found->attach(connection);
  actors::tell(connection, actors::link_closed{disconnect_reason::transport_error});
}

void shard::forget(const actors::link_id& id) {
  // One whose actor ended in order is only waiting for its connections' closing handshakes.
  session* found = occupant(id);
  if (found != nullptr && !found->is_released()) found->abandon();
}

void shard::tell_all(const actors::broadcaster_restarted& message) {
  // Of one that was retired only operations can be left, of clients that never joined it.
  const bool is_retired = message.nsp->is_retired();
  for (const slot& place : slots_) {
    if (place.occupant == nullptr || !place.occupant->actor()) continue;
    if (is_retired && !place.occupant->pending.has(message.nsp->index())) continue;
    actors::tell(place.occupant->actor(), message);
  }
}

std::size_t shard::longest_queue() const noexcept {
  std::size_t longest = 0;
  for (const slot& place : slots_)
    if (place.occupant != nullptr) longest = std::max(longest, place.occupant->queued_bytes());
  return longest;
}

}  // namespace troupe::runtime
