#include <troupe/actors/connection_actor.hpp>

#include <algorithm>
#include <stdexcept>

#include <troupe/protocol/socketio/packet.hpp>

namespace troupe::actors {

namespace socketio = protocol::socketio;
using phase = socket_state::phase;

namespace {
thread_local connection_actor* running = nullptr;
}  // namespace

/// One message's handling: this actor is current, knows its broadcasters, and behind it sockets
/// that ended are freed and a connection that is to be closed is closed.
class connection_actor::scope {
 public:
  explicit scope(connection_actor& self) : self_(self), before_(std::exchange(running, &self)) {
    self.catch_up();
  }
  ~scope() {
    self_.free_ended();
    self_.close_behind();
    running = before_;
  }
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;

 private:
  connection_actor& self_;
  connection_actor* before_;
};

connection_actor::connection_actor(caf::actor_config& config, shard_context& home)
    : light_actor(config),
      home_(home),
      directory_(home.shared()),
      decoder_(directory_.options().bounds) {
  if (const auto& chosen = directory_.options().parser)
    parser_ = chosen->make_decoder(directory_.options().bounds);
}

connection_actor* connection_actor::current() noexcept {
  return running;
}

void connection_actor::check_is_current() const {
  if (running != this)
    throw std::logic_error(
        "a socket is used outside its client's handlers; see socket::executor()");
}

template <class Message, class Work>
bool connection_actor::on(message_content& content, Work work) {
  const Message* const message = part_of<Message>(content);
  if (message == nullptr) return false;
  const scope handling(*this);
  work(*message);
  return true;
}

bool connection_actor::handle(message_content& content) {
  // The most frequent first.
  if (on<client_data>(content, [this](const auto& message) { receive(message); })) return true;
  if (part_of<subscriber_took>(content) != nullptr) return subscriber_took_one(), true;
  if (const auto* there = part_of<attached>(content)) return begin(*there->connection), true;
  return on<call>(content, [this](const auto& message) { message.what(*this); }) ||
         on<wake>(content, [this](const auto&) { wake_up(); }) ||
         on<link_closed>(content, [this](const auto& message) { closed(message.reason); }) ||
         on<broadcaster_restarted>(content, [](const auto&) {}) ||
         on<socket_claimed>(content, [this](const auto& message) { claimed(message); }) ||
         on<shut_down>(content, [this](const auto& message) { end_all(message.reason, false); }) ||
         on<superseded>(
             content, [this](const auto&) { end_all(disconnect_reason::transport_close, false); });
}

void connection_actor::begin(link& connection) {
  link_ = &connection;
  connect_deadline_ = home_.now() + directory_.options().connect_timeout;
  replacements_seen_ = home_.replacements();
  plan_wake(connect_deadline_);
  if (!link_->is_revision_3()) return;
  const scope handling(*this);
  join_root();
}

void connection_actor::on_exit() {
  {
    // Died of itself: the sockets' disconnect handlers still run, once.
    const scope handling(*this);
    transport_gone_ = true;
    while (!sockets_.empty()) end(*sockets_.back(), disconnect_reason::forced_server_close, false);
  }
  if (link_ != nullptr) std::exchange(link_, nullptr)->released();
}

void connection_actor::receive(const client_data& message) {
  if (closing_) return link_->handled();
  auto decoded = parser_ != nullptr ? decode(message)
                 : message.binary   ? decoder_.binary(message.bytes)
                                    : decoder_.text(message.bytes, home_.now());
  if (!decoded) {
    link_->handled();
    return broke_protocol(decoded.error());
  }
  if (*decoded == nullptr) {
    link_->handled();
    return plan_wake(packet_deadline());
  }
  home_.count().packets_received.add();
  dispatch(*std::move(decoded));
}

void connection_actor::dispatch(packet_ptr received) {
  using type = socketio::packet_type;
  const socketio::packet_view& view = received->view();
  if (view.type == type::connect) {
    connect(*received);
    return link_->handled();
  }
  socket_state* to = in_namespace(view.nsp);
  if (to == nullptr && was_ended_by_server(view.nsp)) {
    // Sent before the client could know: not its fault.
    return link_->handled();
  }
  if (view.type == type::connect_error || to == nullptr) {
    link_->handled();
    return broke_protocol(protocol::errc::unexpected_packet);
  }
  if (to->now == phase::connecting) {
    to->arriving->waiting.push_back(std::move(received));
    ++link_->withheld;
    return link_->operation_returned();
  }
  if (deliver(*to, received)) link_->handled();
}

void connection_actor::in(const caf::actor& owner, job what) {
  if (running != nullptr && running->address() == owner.address())
    what(*running);
  else
    tell(owner, call{std::move(what)});
}

bool connection_actor::deliver(socket_state& to, const packet_ptr& received) {
  using type = socketio::packet_type;
  switch (received->view().type) {
    case type::event:
    case type::binary_event:
      return handle_event(to, received);
    case type::ack:
    case type::binary_ack:
      handle_ack(to, received);
      return true;
    default:
      end(to, disconnect_reason::client_namespace_disconnect, false);
      return true;
  }
}

socket_state* connection_actor::in_namespace(std::string_view nsp) noexcept {
  for (const auto& listed : sockets_)
    if (listed->entry->name() == nsp) return listed.get();
  return nullptr;
}

socket_state* connection_actor::find(std::string_view sid) noexcept {
  for (const auto& listed : sockets_)
    if (listed->sid == sid) return listed.get();
  return nullptr;
}

void connection_actor::broke_protocol(boost::system::error_code why) {
  home_.count().packets_malformed.add();
  directory_.log(log_level::debug, "client closed: " + why.message());
  closing_ = true;
  close_wanted_ = true;  // Behind what it has been sent.
}

bool connection_actor::was_ended_by_server(std::string_view nsp) const noexcept {
  return std::find(ended_by_server_.begin(), ended_by_server_.end(), nsp) != ended_by_server_.end();
}

void connection_actor::closed(disconnect_reason reason) {
  closing_ = true;
  transport_gone_ = true;
  while (!sockets_.empty()) end(*sockets_.front(), reason, false);
  quit();
}

void connection_actor::end_all(disconnect_reason reason, bool tell_client) {
  if (std::exchange(closing_, true) || link_ == nullptr) return;
  close_wanted_ = true;
  while (!sockets_.empty()) end(*sockets_.front(), reason, tell_client);
}

// What the handlers of one that ended have captured may end another as it goes.
void connection_actor::free_ended() {
  while (!ended_.empty()) {
    const auto gone = std::exchange(ended_, {});
    for (const auto& listed : gone) retire(*listed);
  }
}

void connection_actor::close_behind() {
  if (!std::exchange(close_wanted_, false) || link_ == nullptr) return;
  link_->closes_behind = true;
  if (link_->pending.empty()) link_->close();
}

void connection_actor::wake_up() {
  wake_ = time_point::max();
  if (closing_ || link_ == nullptr) return;
  const time_point now = home_.now();
  if (packet_deadline() <= now) return broke_protocol(protocol::errc::timed_out);
  if (connect_deadline_ <= now) {
    connect_deadline_ = time_point::max();
    const bool joined_any = std::any_of(sockets_.begin(), sockets_.end(), [](const auto& listed) {
      return listed->now == phase::connected;
    });
    if (!joined_any) return end_all(disconnect_reason::forced_server_close, false);
  }
  expire_joining(now);
  expire_held(now);
  expire_acks(now);
  plan_wake(next_deadline());
}

// What waits for a socket that never joins holds the client's credit: it must not do so for ever.
void connection_actor::expire_joining(time_point now) {
  for (std::size_t i = sockets_.size(); i > 0; --i)
    if (const auto& arriving = sockets_[i - 1]->arriving;
        arriving != nullptr && arriving->deadline <= now)
      refuse(*sockets_[i - 1], "timed out", {});
}

void connection_actor::expire_acks(time_point now) {
  std::vector<std::pair<socket_state*, std::uint64_t>> late;
  for (const auto& listed : sockets_)
    for (const auto& [id, waiting] : listed->seen().acks)
      if (waiting.deadline <= now) late.emplace_back(listed.get(), id);
  for (const auto& [asker, id] : late) {
    const auto found = asker->more().acks.extract(id);
    if (found.empty()) continue;  // One before it ended the socket, and that answered it.
    home_.count().acks_timed_out.add();
    run(*asker, "ack handler",
        [&] { found.mapped().handler(make_error_code(ack_errc::timed_out)); });
  }
}

time_point connection_actor::next_deadline() const {
  time_point due = std::min(connect_deadline_, packet_deadline());
  for (const auto& listed : sockets_) {
    if (listed->arriving != nullptr) due = std::min(due, listed->arriving->deadline);
    const socket_state::extras& has = listed->seen();
    if (!has.held.empty()) due = std::min(due, has.held.begin()->second.deadline);
    for (const auto& [id, waiting] : has.acks) due = std::min(due, waiting.deadline);
  }
  return due;
}

void connection_actor::plan_wake(time_point due) {
  if (due >= wake_ || link_ == nullptr) return;
  wake_ = due;
  link_->wake_at(due);
}

}  // namespace troupe::actors
