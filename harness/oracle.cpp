#include <troupe/harness/oracle.hpp>

#include <algorithm>

namespace troupe::harness {

namespace {

/// From the handler that emits to a client that nothing was done to.
constexpr std::chrono::milliseconds delivery_max{250};

std::string lane_of(unsigned client) {
  return "client " + std::to_string(client);
}

/// The actor that the client is on the server.
std::string lane_of(const oracle::socket_record& who) {
  return who.client ? "actor " + std::to_string(*who.client) : "server";
}

}  // namespace

void oracle::violated(std::string_view invariant, std::string text) {
  trace_.note("oracle", "violation", std::string(invariant) + ": " + text);
  if (!first_) first_ = {std::string(invariant), std::move(text), trace_.elapsed()};
}

// --- the server's side

oracle::socket_record& oracle::connected(std::string_view sid, std::string_view nsp,
                                         std::optional<unsigned> client, bool is_recovered) {
  if (!sids_.insert(std::string(sid)).second && !is_recovered)
    violated("unique ids", "the socket id " + std::string(sid) + " was given out twice");
  socket_record& made = sockets_[std::string(sid)];
  made.ended = false;
  made.number = ++last_number_;
  made.sid = sid;
  made.nsp = nsp;
  made.client = client;
  trace_.note(lane_of(made), "connect",
              "socket " + std::to_string(made.number) + " in " + made.nsp +
                  (client ? " for client " + std::to_string(*client) : ""));
  return made;
}

bool oracle::is_allowed(const socket_record& who, disconnect_reason reason) {
  if (!who.client) return is_ending_ || reason != disconnect_reason::server_shutting_down;
  const client_record& whose = clients_[*who.client];
  switch (reason) {
    case disconnect_reason::client_namespace_disconnect:
      // Who repeats a CONNECT is let in twice, and leaves what it did not ask for.
      return whose.departures != 0 || whose.repeats;
    case disconnect_reason::server_namespace_disconnect:
      return who.was_told_to_go || whose.was_closed;
    case disconnect_reason::server_shutting_down:
      return is_ending_;
    case disconnect_reason::transport_close:
      return whose.departures != 0 || whose.was_closed || whose.is_disturbed || is_ending_;
    case disconnect_reason::forced_server_close:
    case disconnect_reason::forced_close:
      return who.was_told_to_go || whose.was_closed || whose.is_disturbed;
    case disconnect_reason::ping_timeout:
      return whose.is_disturbed || whose.fell_silent;
    default:
      return whose.departures != 0 || whose.is_disturbed || is_ending_;
  }
}

void oracle::disconnected(socket_record& who, disconnect_reason reason) {
  const std::string name(name_of(reason));
  trace_.note(lane_of(who), "disconnect", "socket " + std::to_string(who.number) + ": " + name);
  if (std::exchange(who.ended, true))
    violated("ended once", "socket " + std::to_string(who.number) + " was ended twice");
  if (!is_allowed(who, reason))
    violated("reason", "socket " + std::to_string(who.number) +
                           (who.client ? " of client " + std::to_string(*who.client) : "") +
                           " ended with \"" + name + "\", for which there was no cause");
}

void oracle::acted(socket_record& who, std::string_view kind) {
  const std::vector<std::uint64_t>& sent = acts_[who.sid];
  // What comes in one connection comes in order; who repeats itself is left out.
  const bool repeats = who.client && clients_[*who.client].repeats;
  const std::size_t place = who.acts++;
  trace_.note(lane_of(who), "act", std::string(kind) + " of socket " + std::to_string(who.number),
              repeats || place >= sent.size() ? 0 : sent[place]);
}

void oracle::answered(socket_record& who, std::size_t question) {
  if (++who.answered > who.asked)
    violated("acks", "question " + std::to_string(question) + " of socket " +
                         std::to_string(who.number) + " was answered twice");
}

stamp oracle::emitted(socket_record& who, std::string_view kind, bool reaches_itself) {
  const stamp made{who.number, ++who.emitted, reaches_itself ? ++who.emitted_to_itself : 0};
  const std::uint64_t event = trace_.note(
      lane_of(who), "emit",
      std::string(kind) + " " + std::to_string(made.origin) + "." + std::to_string(made.sequence));
  emits_[{made.origin, made.sequence}] = {event, trace_.elapsed()};
  return made;
}

void oracle::check_sockets(
    const std::function<std::set<std::string>(std::string_view, std::string_view)>& rooms_of) {
  for (const auto& [sid, one] : sockets_) {
    if (one.ended) continue;
    const std::string name = "socket " + std::to_string(one.number);
    if (one.was_told_to_go) return violated("ended once", name + " was told to go and is there");
    if (rooms_of(one.nsp, sid) != one.rooms)
      return violated("rooms", name + " is not in the rooms that it joined");
  }
}

std::size_t oracle::connected_in(std::string_view nsp) const {
  return static_cast<std::size_t>(std::count_if(
      sockets_.begin(), sockets_.end(),
      [&](const auto& listed) { return listed.second.nsp == nsp && !listed.second.ended; }));
}

void oracle::server_ended() {
  for (const auto& [sid, one] : sockets_) {
    const std::string name = "socket " + std::to_string(one.number);
    if (!one.ended) violated("ended once", name + " was never ended");
    if (one.answered != one.asked)
      violated("acks", std::to_string(one.asked - one.answered) + " questions of " + name +
                           " were never answered");
  }
  sockets_.clear();
  sids_.clear();
  is_ending_ = false;
}

// --- the clients' side

oracle::view* oracle::find(unsigned client, std::string_view nsp) {
  for (auto listed = views_.rbegin(); listed != views_.rend(); ++listed)
    if (listed->client == client && listed->nsp == nsp) return &*listed;
  return nullptr;
}

void oracle::joined(unsigned client, std::string_view nsp, std::string_view sid) {
  trace_.note(lane_of(client), "joined", nsp);
  view opened;
  opened.client = client;
  opened.sid = sid;
  opened.nsp = nsp;
  acts_[opened.sid] = std::exchange(unsent_acts_[{client, opened.nsp}], {});
  views_.push_back(std::move(opened));
}

void oracle::acts(unsigned client, std::string_view nsp, std::string_view kind, bool is_joined) {
  const std::uint64_t number =
      trace_.note(lane_of(client), "act", std::string(kind) + " in " + std::string(nsp));
  const view* seen = is_joined ? find(client, nsp) : nullptr;
  (seen != nullptr ? acts_[seen->sid] : unsent_acts_[{client, std::string(nsp)}]).push_back(number);
}

void oracle::left(unsigned client, std::string_view nsp) {
  trace_.note(lane_of(client), "left", nsp);
  if (view* seen = find(client, nsp)) seen->is_open = false;
}

void oracle::excuse(unsigned client, std::string_view nsp) {
  if (view* seen = find(client, nsp)) seen->is_excused = true;
}

void oracle::received(unsigned client, std::string_view nsp, std::string_view event,
                      const stamp& what) {
  ++deliveries_;
  const std::string text =
      std::string(event) + " " + std::to_string(what.origin) + "." + std::to_string(what.sequence);
  const auto cause = emits_.find({what.origin, what.sequence});
  trace_.note(lane_of(client), "receive", text, cause == emits_.end() ? 0 : cause->second.event);
  view* seen = find(client, nsp);
  if (seen == nullptr || !seen->is_open)
    return violated("nothing behind the end", lane_of(client) + " got " + text + " in " +
                                                  std::string(nsp) + " where it is not joined");
  if (seen->is_excused) return;
  std::uint64_t& last = seen->last[what.origin];
  if (what.sequence <= last)
    return violated(what.sequence == last ? "exactly once" : "order",
                    lane_of(client) + " got " + text + " behind " + std::to_string(what.origin) +
                        "." + std::to_string(last));
  last = what.sequence;
  if (cause != emits_.end() && !clients_[client].is_disturbed &&
      trace_.elapsed() - cause->second.at > delivery_max)
    violated("promptness", lane_of(client) + " got " + text + " late, and nothing held it up");
  if (event == "all" || event == "blob" || event == "large")
    seen->broadcasts.emplace_back(what.origin, what.sequence);
  const auto own = sockets_.find(seen->sid);
  if (own == sockets_.end() || own->second.number != what.origin) return;
  if (what.own == 0) {
    if (!has_lost_)
      violated("rooms", lane_of(client) + " got " + text + " of a room that it had left");
    return;
  }
  if (what.own != seen->own + 1 && !has_lost_)
    violated("exactly once", lane_of(client) + " got " + text + ", its " +
                                 std::to_string(what.own) + "th, behind its " +
                                 std::to_string(seen->own) + "th");
  seen->own = what.own;
}

// Broadcasts that both saw are in one order, and none is missing between two of them; up to the
// last, for who is still there.
void oracle::check_one_order(const view& seen, const view& measure) {
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t> place;
  for (std::size_t i = 0; i < measure.broadcasts.size(); ++i) place[measure.broadcasts[i]] = i;
  std::optional<std::size_t> last;
  bool was_unknown = false;
  for (const auto& one : seen.broadcasts) {
    const auto found = place.find(one);
    if (found == place.end()) {
      was_unknown = last.has_value();
      continue;
    }
    const std::string text = std::to_string(one.first) + "." + std::to_string(one.second);
    if (last && found->second < *last)
      return violated("one order", lane_of(seen.client) + " and " + lane_of(measure.client) +
                                       " saw " + text + " and another in different orders");
    if (last && (found->second != *last + 1 || was_unknown))
      return violated("exactly once", lane_of(was_unknown ? measure.client : seen.client) +
                                          " missed a broadcast before " + text);
    last = found->second;
  }
  if (!seen.is_open || !measure.is_open || !last) return;
  if (*last + 1 != measure.broadcasts.size())
    violated("exactly once", lane_of(seen.client) + " missed the last broadcasts in " + seen.nsp);
}

void oracle::says_last(std::string_view nsp) {
  for (view& seen : views_)
    if (seen.is_open && seen.nsp == nsp)
      seen.expected = std::max(seen.expected, seen.broadcasts.size()) + 1;
}

bool oracle::has_heard_last() const {
  std::map<std::string_view, std::pair<std::uint64_t, std::uint64_t>> last;  // By namespace.
  return std::all_of(views_.begin(), views_.end(), [&](const view& seen) {
    if (!seen.is_open || seen.is_excused || seen.expected == 0) return true;
    if (seen.broadcasts.size() < seen.expected) return false;
    return last.try_emplace(seen.nsp, seen.broadcasts.back()).first->second ==
           seen.broadcasts.back();
  });
}

void oracle::check_settled() {
  for (const view& seen : views_) {
    if (seen.client == 0 || seen.is_excused) continue;
    for (const view& measure : views_)
      if (measure.client == 0 && measure.nsp == seen.nsp && !measure.is_excused)
        check_one_order(seen, measure);
  }
}

}  // namespace troupe::harness
