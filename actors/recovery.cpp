#include <troupe/actors/recovery.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace troupe::actors {

namespace {

constexpr std::size_t tag_characters = 6;
/// What has become too old is looked for this often in the time that it is kept.
constexpr int sweeps_per_duration = 4;

bool is_for(const target_set* targets, const std::set<std::string_view>& rooms) {
  if (targets == nullptr) return true;
  const auto is_in = [&](const std::string& room) { return rooms.contains(room); };
  return (targets->rooms.empty() ||
          std::any_of(targets->rooms.begin(), targets->rooms.end(), is_in)) &&
         std::none_of(targets->except.begin(), targets->except.end(), is_in);
}

recovery_log::bounds bounds_of(const actor_options& options) {
  const auto& recovery = *options.recovery;
  return {recovery.packets_max, recovery.bytes_max,
          recovery.max_disconnection_duration + options.silence_max};
}

}  // namespace

recovery::recovery(shard_context& home, std::uint32_t nsp)
    : home_(home),
      nsp_(nsp),
      options_(*home.shared().options().recovery),
      log_(home.next_sid().substr(0, tag_characters), bounds_of(home.shared().options())) {}

recovery::~recovery() {
  home_.shared().saved_sockets -= saved_.size();
}

std::string recovery::offset_for(bool is_kept) const {
  return log_.offset_of(log_.head() + (is_kept ? 1 : 0));
}

void recovery::keep(protocol::frame_ptr frame, std::shared_ptr<const target_set> targets) {
  const std::size_t dropped = log_.append(std::move(frame), std::move(targets), home_.now());
  if (dropped != 0) home_.count().recovery_packets_dropped.add(dropped);
  plan();
}

recovery::admission recovery::admit(const subscribe& message) {
  const recovery_terms& terms = *message.recovery;
  const auto found = by_pid_.find(terms.pid);
  if (!terms.is_claimed) {
    if (found == by_pid_.end()) add(message);
    return {};
  }
  // Without an entry it was claimed from a broadcaster that died.
  if (found == by_pid_.end()) return {true, nullptr};
  known_socket& who = *found->second;
  if (!(who.holder == message.from.from) || who.now == phase::saved) return {true, nullptr};
  if (who.now == phase::connected) return {};
  if (!has_all(who, who.resumes_at)) {
    forget(who);
    return {true, nullptr};
  }
  auto missed = missed_by(who, who.resumes_at);
  who.now = phase::connected;
  who.what.data.reset();
  note_rooms(who, message.rooms);  // Its middlewares may have changed them.
  home_.count().sockets_recovered.add();
  if (missed.empty()) return {};
  return {false, std::make_shared<const std::vector<protocol::frame_ptr>>(std::move(missed))};
}

void recovery::add(const subscribe& message) {
  auto added = std::make_unique<known_socket>();
  added->what = {message.sid, message.recovery->pid, message.rooms, nullptr};
  added->holder = message.from.from;
  added->client = message.recovery->client;
  added->since = added->known_since = log_.head();
  by_sid_[added->what.sid] = added.get();
  by_pid_.emplace(message.recovery->pid, std::move(added));
}

void recovery::rooms_changed(const change_rooms& message) {
  const auto found = by_sid_.find(message.sid);
  if (found == by_sid_.end()) return;
  for (const std::string& room : message.rooms) note_change(*found->second, room, message.join);
}

void recovery::note_change(known_socket& who, const std::string& room, bool is_join) {
  auto& rooms = who.what.rooms;
  const auto at = std::find(rooms.begin(), rooms.end(), room);
  if (is_join == (at != rooms.end())) return;
  is_join ? rooms.push_back(room) : static_cast<void>(rooms.erase(at));
  who.changes.push_back({log_.head(), room, is_join});
  if (who.changes.size() <= options_.room_changes_max) return;
  who.known_since = who.changes.front().after;
  who.changes.erase(who.changes.begin());
}

void recovery::note_rooms(known_socket& who, const std::vector<std::string>& rooms) {
  for (const std::string& room : std::vector<std::string>(who.what.rooms))
    if (std::find(rooms.begin(), rooms.end(), room) == rooms.end()) note_change(who, room, false);
  for (const std::string& room : rooms) note_change(who, room, true);
}

void recovery::claim(const claim_socket& message) {
  const auto found = by_pid_.find(message.pid);
  if (found == by_pid_.end()) return refuse(message);
  known_socket& wanted = *found->second;
  if (wanted.now == phase::saved) return grant(wanted, message);
  if (wanted.holder == message.from) return refuse(message);
  // Its old connection is not known to be gone. It is, or the client would not be here.
  if (wanted.next) refuse(*wanted.next);
  wanted.next = message;
  tell(wanted.client, superseded{});
}

void recovery::refuse(const claim_socket& asking) {
  home_.count().sockets_not_recovered.add();
  tell(asking.client, socket_claimed{asking.joining, nullptr});
}

void recovery::grant(known_socket& to, const claim_socket& asking) {
  // An offset that is none of this log's is of a socket before: of this one it has got no event.
  const position start = std::max(to.since, log_.position_of(asking.offset).value_or(0));
  const bool is_late = home_.now() - to.saved_at > options_.max_disconnection_duration;
  std::size_t bytes = 0;
  if (!is_late && has_all(to, start))
    for (const protocol::frame_ptr& frame : missed_by(to, start))
      bytes += frame->websocket_bytes().size();
  // What overflows its queue would only cut it off again.
  if (is_late || !has_all(to, start) || bytes > home_.shared().options().missed_bytes_max) {
    forget(to);
    return refuse(asking);
  }
  leave_list(to);
  to.now = phase::claimed;
  to.holder = asking.from;
  to.client = asking.client;
  to.resumes_at = start;
  tell(asking.client, socket_claimed{asking.joining, std::make_shared<saved_socket>(to.what)});
}

void recovery::ended(const socket_ended& message) {
  const auto found = by_pid_.find(message.pid);
  if (found == by_pid_.end()) return;
  known_socket& who = *found->second;
  if (who.next && who.next->from == message.from) return who.next.reset();
  if (who.now == phase::saved || !(who.holder == message.from)) return;
  const auto next = std::exchange(who.next, {});
  if (message.is_recoverable) {
    if (message.data != nullptr) {
      who.what.data = message.data;
      note_rooms(who, message.rooms);
    }
    save(who);
  } else {
    forget(who);
  }
  if (next) claim(*next);
}

void recovery::save(known_socket& left) {
  auto& saved = home_.shared().saved_sockets;
  if (saved.fetch_add(1) >= options_.sessions_max) {
    home_.count().recovery_sessions_dropped.add();
    if (saved_.empty()) {
      --saved;
      return forget(left);
    }
    forget(*saved_.front());
  }
  left.now = phase::saved;
  left.client = {};
  left.saved_at = home_.now();
  left.place = saved_.insert(saved_.end(), &left);
  plan();
}

void recovery::leave_list(known_socket& saved) {
  saved_.erase(saved.place);
  --home_.shared().saved_sockets;
}

void recovery::forget(known_socket& gone) {
  if (gone.now == phase::saved) leave_list(gone);
  if (gone.next) refuse(*gone.next);
  log_.forget_room(gone.what.sid);
  by_sid_.erase(gone.what.sid);
  by_pid_.erase(by_pid_.find(gone.what.pid));
  if (by_pid_.empty()) log_.clear();
}

bool recovery::has_all(const known_socket& who, position start) const {
  const auto covers = [&](const std::string& room) { return log_.covers(start, room); };
  return start >= who.known_since && log_.covers(start) && covers(who.what.sid) &&
         std::all_of(who.what.rooms.begin(), who.what.rooms.end(), covers) &&
         std::all_of(who.changes.begin(), who.changes.end(), [&](const room_change& change) {
           return change.after < start || covers(change.room);
         });
}

std::vector<protocol::frame_ptr> recovery::missed_by(const known_socket& who,
                                                     position start) const {
  std::set<std::string_view> rooms(who.what.rooms.begin(), who.what.rooms.end());
  rooms.insert(who.what.sid);
  // Back to what they were at the start, then forward with the events.
  std::size_t next = who.changes.size();
  for (; next > 0 && who.changes[next - 1].after > start; --next) {
    const room_change& undone = who.changes[next - 1];
    undone.is_join ? static_cast<void>(rooms.erase(undone.room))
                   : static_cast<void>(rooms.insert(undone.room));
  }
  std::vector<protocol::frame_ptr> missed;
  log_.visit_after(start, [&](position at, const recovery_log::entry& event) {
    for (; next < who.changes.size() && who.changes[next].after < at; ++next) {
      const room_change& done = who.changes[next];
      done.is_join ? static_cast<void>(rooms.insert(done.room))
                   : static_cast<void>(rooms.erase(done.room));
    }
    if (is_for(event.targets.get(), rooms)) missed.push_back(event.frame);
  });
  return missed;
}

void recovery::wake_up() {
  is_planned_ = false;
  const time_point now = home_.now();
  while (!saved_.empty() && now - saved_.front()->saved_at > options_.max_disconnection_duration)
    forget(*saved_.front());
  log_.drop_older_than(
      now - (options_.max_disconnection_duration + home_.shared().options().silence_max));
  plan();
}

void recovery::plan() {
  if (is_planned_ || (saved_.empty() && log_.size() == 0)) return;
  is_planned_ = true;
  // Not at once, however short the time: it would be at every turn.
  home_.wake_broadcaster(
      nsp_, home_.now() + std::max<std::chrono::milliseconds>(
                              options_.max_disconnection_duration / sweeps_per_duration,
                              std::chrono::milliseconds(1)));
}

}  // namespace troupe::actors
