#include <troupe/actors/supervisor.hpp>

#include <algorithm>

#include <troupe/actors/subscription.hpp>

namespace troupe::actors {

namespace {

/// What an actor died of, if it did.
std::string cause_of(const caf::error& why) {
  const bool is_in_order =
      !why || why == caf::exit_reason::normal || why == caf::exit_reason::user_shutdown;
  return is_in_order ? std::string() : caf::to_string(why);
}

}  // namespace

caf::behavior supervisor::make_behavior() {
  for (const caf::actor& arm : directory_.arms) follow(arm);
  follow(directory_.transport);
  return {
    [this](const session_opened& message) { open(message); },
        [this](const broadcaster_added& message) {
          const caf::actor who = message.nsp->broadcaster();
          broadcasters_.emplace(who.address(), message.nsp);
          follow(who);
          if (standing_ == 0) return;
          ++standing_;  // Opened while the others were being ended.
          tell(who, end{});
        },
        [](const namespace_emptied& message) {
          const caf::actor empty = message.nsp->broadcaster();
          if (empty) tell(empty, end{});
        },
        [this](const namespace_forgotten& message) {
          if (++forgotten_[message.nsp] < directory_.arms.size()) return;
          forgotten_.erase(message.nsp);
          directory_.names().release(message.nsp);
        },
        [this](const subscriber_added& message) {
          if (subscribers_.insert(message.who.address()).second) follow(message.who);
        },
        [this](const port_added& message) {
          ports_.emplace(message.port.address(), message.nsp);
          follow(message.port);
          if (standing_ == 0) return;
          ++standing_;
          tell(message.port, end{});
        },
        [this](const stop_server&) { stop(false); },
        [this](const drain_server& how) { drain(how); },
#if TROUPE_CAF_1X
        [](const caf::error&) {},
#endif
  };
}

void supervisor::on_exit() {
  clients_.clear();
  broadcasters_.clear();
  subscribers_.clear();
  ports_.clear();
  forgotten_.clear();
}

void supervisor::follow(const caf::actor& who) {
  actors::watch(this, who, [this](const caf::actor_addr& address, const caf::error& why) {
    down(address, why);
  });
}

void supervisor::open(const session_opened& message) {
  if (stopping_) return tell(directory_.arms[message.id.shard], forget{message.id});
  const caf::actor client = make_client(message.id.shard);
  if (!client) return tell(directory_.arms[message.id.shard], forget{message.id});
  clients_.emplace(client.address(), message.id);
  follow(client);
  tell(directory_.arms[message.id.shard], attach_client{message.id, client});
}

// Code of the user's: a factory, or a parser's. What it throws costs this client, and no other.
caf::actor supervisor::make_client(std::uint32_t shard) {
  std::string wrong = "there is none";
  try {
    if (caf::actor made = directory_.spawn_client(directory_.system(), *directory_.units[shard],
                                                  *directory_.shards[shard]))
      return made;
  } catch (const std::exception& thrown) {
    wrong = thrown.what();
  } catch (...) {
    wrong = "unknown exception";
  }
  home_.count().handlers_thrown.add();
  directory_.log(log_level::error, "a client is closed, its actor could not be made: " + wrong);
  return {};
}

void supervisor::down(const caf::actor_addr& who, const caf::error& why) {
  const std::string cause = cause_of(why);
  if (const auto client = clients_.find(who); client != clients_.end()) {
    if (!cause.empty()) {
      home_.count().clients_died.add();
      directory_.log(log_level::error, "a client's actor died: " + cause);
    }
    tell(directory_.arms[client->second.shard], forget{client->second});
    clients_.erase(client);
    if (!clients_.empty()) return;
    if (stopping_)
      end_standing_actors();
    else if (draining_)
      stop(false);
    return;
  }
  if (subscribers_.erase(who) != 0) {
    const auto forget_subscriber = [&](namespace_entry& nsp) {
      nsp.change([&](namespace_entry::handlers& all) {
        std::erase_if(all.subscribers, [&](const auto& listed) {
          if (listed->who().address() != who) return false;
          listed->end();
          return true;
        });
      });
    };
    for (const namespace_ptr& nsp : directory_.all()) forget_subscriber(*nsp);
    for (const parent_namespace& parent : *directory_.names().parents())
      forget_subscriber(*parent.entry);
    return;
  }
  if (const auto ended = broadcasters_.find(who); ended != broadcasters_.end()) {
    const namespace_ptr nsp = ended->second;
    broadcasters_.erase(ended);
    if (standing_ == 0 && !nsp->is_retired()) return restart(nsp, cause);
    if (standing_ == 0) {
      nsp->replace_broadcaster({});
      if (const caf::actor port = nsp->port()) tell(port, end{});
      if (stopping_)
        for (const caf::actor& arm : directory_.arms) tell(arm, passed_on{nsp->index()});
      for (const caf::actor& arm : directory_.arms) tell(arm, namespace_retired{nsp});
      return;
    }
  }
  if (const auto port = ports_.find(who); port != ports_.end()) {
    port->second->drop_port(who);
    ports_.erase(port);
    if (standing_ == 0) return;
  }
  if (standing_ == 0) return lost(who, cause);
  if (--standing_ == 0) {
    directory_.on_stopped(failed_);
    quit();
  }
}

// A shard without its arm serves nobody: its clients go now, since nothing else reaches them.
void supervisor::lost(const caf::actor_addr& who, const std::string& why) {
  directory_.log(log_level::error, "the server stops: a part of its transport died: " + why);
  ++lost_;
  stop(true);
  for (const auto& [client, id] : clients_)
    if (directory_.arms[id.shard].address() == who)
      tell(caf::actor_cast<caf::actor>(client),
           link_closed{disconnect_reason::forced_server_close});
}

void supervisor::restart(const namespace_ptr& nsp, const std::string& why) {
  const auto now = home_.now();
  const auto& options = directory_.options();
  while (!restarts_.empty() && now - restarts_.front() > options.broadcaster_restarts_window)
    restarts_.pop_front();
  const bool too_often = restarts_.size() >= options.broadcaster_restarts_max;
  restarts_.push_back(now);
  directory_.log(log_level::error,
                 "the broadcaster of " + nsp->name() + " died: restarting it: " + why);
  const caf::actor next = directory_.spawn_broadcaster(nsp, true);
  nsp->replace_broadcaster(next);
  broadcasters_.emplace(next.address(), nsp);
  follow(next);
  if (stopping_) tell(next, pass_on{});
  for (const caf::actor& arm : directory_.arms) tell(arm, broadcaster_restarted{nsp});
  if (!too_often) return;
  // It was restarted all the same: the clients that are left go in order.
  directory_.log(log_level::error, "a broadcaster died too often: the server stops");
  stop(true);
}

void supervisor::stop(bool failed) {
  failed_ = failed_ || failed;
  if (stopping_) return;
  stopping_ = true;
  tell(directory_.transport, stop_listening{});
  // What was emitted before is delivered: the shards end behind it.
  stop_shard last{disconnect_reason::server_shutting_down, {}};
  for (const auto& [address, nsp] : broadcasters_) {
    tell(nsp->broadcaster(), pass_on{});
    last.behind.push_back(nsp->index());
  }
  for (const caf::actor& arm : directory_.arms) tell(arm, last);
  if (clients_.empty()) end_standing_actors();
}

void supervisor::drain(const drain_server& how) {
  if (stopping_ || std::exchange(draining_, true)) return;
  if (clients_.empty()) return stop(false);
  for (const caf::actor& arm : directory_.arms) tell(arm, drain_shard{how});
}

void supervisor::end_standing_actors() {
  directory_.stop_opening();
  standing_ = broadcasters_.size() + ports_.size() + directory_.arms.size() + 1 - lost_;
  for (const auto& [address, nsp] : broadcasters_) tell(nsp->broadcaster(), end{});
  for (const auto& [address, nsp] : ports_) tell(nsp->port(), end{});
  for (const caf::actor& arm : directory_.arms) tell(arm, end{});
  tell(directory_.transport, end{});
}

}  // namespace troupe::actors
