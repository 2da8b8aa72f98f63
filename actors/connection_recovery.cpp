#include <memory>
#include <utility>

#include <troupe/actors/connection_actor.hpp>
#include <troupe/protocol/json_member.hpp>

// The part of the connection actor that gives a client the socket back that it had: recovery.hpp.

namespace troupe::actors {

using phase = socket_state::phase;

namespace {

constexpr std::size_t token_bytes_max = 64;  // Pids and offsets; ours are shorter.

/// The string member `key` of the CONNECT packet's payload; empty if there is none.
std::string token_of(const value& auth, std::string_view key) {
  const std::string_view literal = protocol::json::find_member(auth.json(), key);
  if (literal.size() < 2 || literal.size() > token_bytes_max || literal.front() != '"') return {};
  return protocol::json::unescape(literal);
}

/// The reference's set: not those by which the application or the client ended the socket.
bool is_recoverable(disconnect_reason reason) noexcept {
  switch (reason) {
    case disconnect_reason::transport_error:
    case disconnect_reason::transport_close:
    case disconnect_reason::forced_close:
    case disconnect_reason::ping_timeout:
    case disconnect_reason::server_shutting_down:
    case disconnect_reason::forced_server_close:
      return true;
    case disconnect_reason::parse_error:
    case disconnect_reason::client_namespace_disconnect:
    case disconnect_reason::server_namespace_disconnect:
      return false;
  }
  return false;
}

}  // namespace

void connection_actor::claim(socket_state& joining) {
  const std::string pid = token_of(joining.auth, "pid");
  if (pid.empty()) {
    joining.more().pid = home_.next_sid();
    return proceed(joining);
  }
  joining.more().pid = pid;
  joining.is_claiming = true;
  joining.epoch = home_.epoch(joining.entry->index());
  tell(home_.broadcaster(*joining.entry),
       claim_socket{link_->id(), self(), joining.sid, pid, token_of(joining.auth, "offset")});
}

void connection_actor::claimed(const socket_claimed& message) {
  socket_state* joining = find(message.joining);
  if (joining == nullptr || !joining->is_claiming) return;  // It ended and gave the claim back.
  if (message.found == nullptr) return go_on_unrecovered(*joining);
  joining->is_claiming = false;
  joining->is_recovered = true;
  joining->sid = message.found->sid;
  joining->rooms = message.found->rooms;
  if (message.found->data != nullptr) joining->data = std::move(*message.found->data);
  if (directory_.options().recovery->skip_middlewares) return joined(*joining);
  proceed(*joining);
}

void connection_actor::go_on_unrecovered(socket_state& joining) {
  joining.is_claiming = false;
  joining.more().pid = home_.next_sid();
  proceed(joining);
}

// Those that were asked of a broadcaster that died: nobody answers.
void connection_actor::give_up_lost_claims() {
  std::vector<std::string> lost;
  for (const auto& listed : sockets_)
    if (listed->is_claiming && listed->epoch != home_.epoch(listed->entry->index()))
      lost.push_back(listed->sid);
  for (const std::string& sid : lost)
    if (socket_state* joining = find(sid)) go_on_unrecovered(*joining);
}

std::shared_ptr<const recovery_terms> connection_actor::terms_of(const socket_state& who) {
  const std::string& pid = who.seen().pid;
  if (pid.empty()) return nullptr;
  return std::make_shared<const recovery_terms>(recovery_terms{pid, self(), who.is_recovered});
}

void connection_actor::send_recoverable(socket_state& to, std::string_view name, arguments values,
                                        delivery how) {
  if (link_ == nullptr) return;
  publish message{depart(*to.entry), std::string(name), std::move(values), nullptr, how};
  message.targets = std::make_shared<const target_set>(target_set{{to.sid}, {}});
  tell(home_.broadcaster(*to.entry), std::move(message));
}

// Not before the message is done in which it ended: until then handlers may use its data.
void connection_actor::retire(socket_state& ended) {
  const std::string& pid = ended.seen().pid;
  if (pid.empty() || link_ == nullptr) return;
  socket_ended message{link_->id(), pid, is_recoverable(ended.ended_by), {}, nullptr};
  if (message.is_recoverable && !ended.is_claiming) {
    message.rooms = std::move(ended.rooms_at_end);
    message.data = std::make_shared<std::any>(std::move(ended.data));
  }
  tell(home_.broadcaster(*ended.entry), std::move(message));
}

}  // namespace troupe::actors
