#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include <troupe/actors/connection_actor.hpp>
#include <troupe/actors/revisions.hpp>
#include <troupe/protocol/socketio/packet.hpp>

// The part of the connection actor that meets the user's handlers: the way in, acks, the way out.
// connection_listeners.cpp has the events.

namespace troupe::actors {

namespace socketio = protocol::socketio;
using phase = socket_state::phase;

namespace {

/// Brings an answer to the actor, from whichever thread it is given.
class ack_port final : public ack::port {
 public:
  ack_port(caf::actor owner, std::string sid, std::uint64_t id)
      : owner_(std::move(owner)), sid_(std::move(sid)), id_(id) {}

  void answer(arguments values) override {
    if (answered_.exchange(true)) return;
    connection_actor::in(
        owner_, [sid = sid_, id = id_, values = std::move(values)](connection_actor& self) {
          socket_state* to = self.find(sid);
          if (to == nullptr || to->now == phase::ended) return;
          // A parser of the user's may throw.
          self.do_for(*to, "ack", [&] {
            const argument_writer writer({}, values);
            self.send(*to,
                      self.home().shared().encode().ack(to->entry->name(), writer.texts(), id,
                                                        writer.attachments()),
                      {});
          });
        });
  }

 private:
  caf::actor owner_;
  std::string sid_;
  std::uint64_t id_;
  std::atomic<bool> answered_{false};
};

}  // namespace

bool connection_actor::run(socket_state& to, std::string_view what,
                           const std::function<void()>& work) {
  std::string message;
  try {
    work();
    return true;
  } catch (const std::exception& thrown) {
    message = thrown.what();
  } catch (...) {
    message = "unknown exception";
  }
  home_.count().handlers_thrown.add();
  directory_.log(log_level::error, std::string(what) + " threw: " + message);
  end(to, disconnect_reason::server_namespace_disconnect, true);
  return false;
}

void connection_actor::connect(const packet& received) {
  const socketio::packet_view& view = received.view();
  // A query behind the name is legal; it is what clients of Socket.IO 2 have for a payload.
  const std::string_view wanted = view.nsp.substr(0, view.nsp.find('?'));
  const namespace_ptr entry = directory_.names().join(wanted);
  const auto parents = entry == nullptr ? directory_.names().parents() : nullptr;
  if (entry == nullptr && parents->empty()) {
    home_.count().sockets_refused.add();
    link_->send(directory_.encode().connect_error(wanted, "Invalid namespace"), {});
    return;
  }
  if (in_namespace(wanted) != nullptr ||
      sockets_.size() >= directory_.options().namespaces_per_client_max) {
    if (entry != nullptr) directory_.names().leave(entry);
    return broke_protocol(protocol::errc::unexpected_packet);
  }
  std::erase(ended_by_server_, wanted);
  auto& joining = *sockets_.emplace_back(std::make_unique<socket_state>(
      *this, entry != nullptr ? entry
                              : std::make_shared<namespace_entry>(std::string(wanted),
                                                                  namespace_entry::no_index)));
  joining.sid = link_->is_revision_3() ? v4_sid(*link_, *joining.entry) : home_.next_sid();
  joining.arriving->deadline = home_.now() + directory_.options().connect_timeout;
  plan_wake(joining.arriving->deadline);
  joining.auth = link_->is_revision_3() ? v4_auth(view.nsp) : v5_auth(view.payload);
  if (entry != nullptr) return enter(joining);
  joining.arriving->parents = parents;
  ask_parent(joining);
}

void connection_actor::enter(socket_state& joining) {
  joining.shared = joining.entry->current();
  // A client of Socket.IO 2 knows nothing of it.
  if (directory_.options().recovery && !link_->is_revision_3()) return claim(joining);
  proceed(joining);
}

void connection_actor::proceed(socket_state& joining) {
  const auto& middlewares = joining.shared->middlewares;
  std::size_t& passed = joining.arriving->middlewares_done;
  if (passed == middlewares.size()) return joined(joining);
  const middleware& step = middlewares[passed++];
  try {
    step(joining.facade, verdict_on(joining));
    return;
  } catch (const std::exception& thrown) {
    directory_.log(log_level::error, std::string("middleware threw: ") + thrown.what());
  } catch (...) {
    directory_.log(log_level::error, "middleware threw");
  }
  home_.count().handlers_thrown.add();
  if (joining.now == phase::connecting)
    refuse(joining, "internal error", {});
  else  // It had called next() before.
    end(joining, disconnect_reason::server_namespace_disconnect, true);
}

void connection_actor::refuse(socket_state& refused, std::string_view message,
                              std::string_view data) {
  home_.count().sockets_refused.add();
  const auto& encode = directory_.encode();
  const std::string& nsp = refused.entry->name();
  // That there is no such namespace is told to all clients alike, as the reference does.
  const bool is_v4 = link_->is_revision_3() && refused.arriving->parents == nullptr;
  link_->send(is_v4 ? encode.connect_error_v4(nsp, message, data)
                    : encode.connect_error(nsp, message, data),
              {});
  end(refused, disconnect_reason::server_namespace_disconnect, false);
}

void connection_actor::joined(socket_state& who) {
  who.now = phase::connected;
  connect_deadline_ = who.arriving->deadline = time_point::max();
  home_.count().sockets_connected.add();
  const auto reply = connect_reply(who);
  if (const auto& rate = directory_.options().limits.events; rate.per_second > 0)
    who.more().rate = std::make_unique<token_bucket>(rate, home_.now());
  who.epoch = home_.epoch(who.entry->index());
  tell(home_.broadcaster(*who.entry),
       subscribe{depart(*who.entry), who.sid, reply, who.rooms, terms_of(who)});
  const auto shared = who.shared;
  tell_connected(who);
  for (const connection_handler& handler : shared->on_connection)
    if (who.now != phase::connected ||
        !run(who, "connection handler", [&] { handler(who.facade); }))
      break;
  auto& waiting = who.arriving->waiting;
  while (!waiting.empty()) {
    const packet_ptr received = std::move(waiting.front());
    waiting.pop_front();
    --link_->withheld;
    if (who.now == phase::connected && !deliver(who, received)) continue;
    link_->handled();
  }
  who.arriving.reset();
}

ack connection_actor::make_ack(const socket_state& to, std::optional<std::uint64_t> id) {
  return id ? ack(std::make_shared<ack_port>(self(), to.sid, *id)) : ack();
}

void connection_actor::handle_ack(socket_state& to, const packet_ptr& received) {
  const socketio::packet_view& view = received->view();
  if (!view.id) return;
  arguments values;
  for (const std::string_view slice : view.arguments)
    values.push_back(value::from_packet(received, slice));
  if (*view.id >= broadcast_ack_ids)
    return home_.acks().answer(*view.id, to.sid, std::move(values));
  if (to.extra == nullptr) return;
  const auto found = to.extra->acks.find(*view.id);
  if (found == to.extra->acks.end()) return;
  const ack_handler handler = std::move(found->second.handler);
  to.extra->acks.erase(found);
  run(to, "ack handler", [&] { handler(std::move(values)); });
}

void connection_actor::add_ack(socket_state& asking, std::uint64_t id, ack_handler handler,
                               std::chrono::milliseconds timeout) {
  const auto& options = directory_.options();
  auto& acks = asking.more().acks;
  if (acks.size() >= options.acks_max) {
    run(asking, "ack handler", [&] { handler(make_error_code(ack_errc::too_many)); });
    return;
  }
  if (timeout == timeout.zero()) timeout = options.ack_timeout;
  const time_point due = deadline_after(home_.now(), timeout);
  acks.emplace(id, socket_state::pending_ack{std::move(handler), due});
  plan_wake(due);
}

// Whatever a client asks for and is refused, it makes its actor remember no more than it may join.
void connection_actor::remember_ended(const std::string& nsp) {
  if (ended_by_server_.size() >= directory_.options().namespaces_per_client_max)
    ended_by_server_.erase(ended_by_server_.begin());
  ended_by_server_.push_back(nsp);
}

void connection_actor::end(socket_state& ended, disconnect_reason reason, bool tell_client) {
  if (ended.now == phase::ended) return;
  // What may find no memory comes first: whoever is still listed when the actor dies is ended then.
  if ((tell_client || ended.now != phase::connected) && !transport_gone_)
    remember_ended(ended.entry->name());
  ended_.emplace_back();
  const bool was_connected = std::exchange(ended.now, phase::ended) == phase::connected;
  const auto place = std::find_if(sockets_.begin(), sockets_.end(),
                                  [&](const auto& listed) { return listed.get() == &ended; });
  ended_.back() = std::move(*place);
  sockets_.erase(place);
  if (ended.arriving != nullptr && link_ != nullptr)
    for (auto left = std::exchange(ended.arriving->waiting, {}).size(); left > 0; --left) {
      --link_->withheld;
      link_->handled();
    }
  if (ended.extra != nullptr)
    for (const auto& [number, left] : std::exchange(ended.extra->held, {})) give_back(left);
  ended.ended_by = reason;
  if (!was_connected) {
    ended.rooms_at_end = ended.rooms;
    if (ended.watches_outgoing) watch_outgoing(ended);
    return directory_.names().leave(ended.entry);
  }
  home_.count().sockets_disconnected.add();
  const auto quietly = [&](auto&& work) {
    try {
      work();
    } catch (const std::exception& thrown) {
      home_.count().handlers_thrown.add();
      directory_.log(log_level::error, std::string("disconnect handler threw: ") + thrown.what());
    } catch (...) {
      home_.count().handlers_thrown.add();
      directory_.log(log_level::error, "disconnect handler threw");
    }
  };
  // Taken out first: a handler may add more, which are never called.
  if (ended.extra != nullptr)
    for (const auto& handler : std::exchange(ended.extra->disconnecting, {}))
      quietly([&] { handler(reason); });
  ended.rooms_at_end = std::exchange(ended.rooms, {});
  ended.has_left = true;
  if (ended.watches_outgoing) watch_outgoing(ended);
  if (!transport_gone_)
    send(ended, tell_client ? directory_.encode().disconnect(ended.entry->name()) : nullptr, {},
         true);
  directory_.names().leave(ended.entry);
  if (ended.extra != nullptr)
    for (const auto& waiting : std::exchange(ended.extra->acks, {}))
      quietly([&] { waiting.second.handler(make_error_code(ack_errc::disconnected)); });
  for (const auto& handler : std::exchange(ended.disconnected, {}))
    quietly([&] { handler(reason); });
  tell_disconnected(ended, reason, ended.rooms_at_end);
}

}  // namespace troupe::actors
