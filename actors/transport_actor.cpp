#include <troupe/actors/transport_actor.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include <troupe/actors/connection_actor.hpp>

namespace troupe::actors {

caf::behavior transport_actor::make_behavior() {
  return {
    [this](const start_listening&) { port_.start_listening(); },
        [this](const stop_listening&) { port_.stop_listening(); },
        [this](const accepted& message) {
          const auto shard = next_++ % static_cast<unsigned>(directory_.arms.size());
          message.connection->leave_for(shard);
          tell(directory_.arms[shard], adopt{message.connection});
        },
        [this](const end&) { quit(); },
#if TROUPE_CAF_1X
        [](const caf::error&) {},
#endif
  };
}

caf::behavior transport_arm::make_behavior() {
  return {
    [this](const fanout& message) {
      guard([&] { handle(message); });
      came_back(message.nsp, message.from);
    },
        [this](const table_direct& message) {
          guard([&] { handle(message); });
          came_back(message.nsp, message.what.from);
        },
        [this](const table_subscribe& message) {
          guard([&] { handle(message); });
          came_back(message.nsp, message.what.from);
        },
        [this](const table_change_rooms& message) {
          guard([&] { handle(message); });
          came_back(message.nsp, message.what.from);
        },
        [this](const table_operation& message) {
          guard([&] { handle(message); });
          came_back(message.nsp, message.what.from);
        },
        [this](const wake&) { guard([&] { wake_up(); }); },
        [this](const adopt& message) { guard([&] { message.connection->arrive(shard_); }); },
        [this](const attach_client& message) {
          guard([&] { shard_.attach(message.id, message.connection); });
        },
        [this](const forget& message) { guard([&] { shard_.forget(message.id); }); },
        [this](const drain_shard& message) {
          guard([&] {
            shard_.drain_sessions(disconnect_reason::server_shutting_down, message.how.deadline,
                                  message.how.spread);
          });
        },
        [this](const stop_shard& message) {
          last_ = message;
          last_due_ = shard_.now() + shard_.shared().options().close_timeout;
          stop_if_all_passed();
          plan_wake();
        },
        [this](const passed_on& message) {
          passed_.push_back(message.nsp);
          stop_if_all_passed();
        },
        [this](const broadcaster_restarted& message) { guard([&] { handle(message); }); },
        [this](const namespace_retired& message) {
          guard([&] {
            const bool has_lost = shard_.forget_namespace(message.nsp->index());
            if (has_lost) shard_.tell_all(broadcaster_restarted{message.nsp});
          });
          tell(shard_.shared().supervisor, namespace_forgotten{message.nsp});
        },
        [this](const end&) {
          if (last_) last_->behind.clear();
          stop_if_all_passed();
          quit();
        },
#if TROUPE_CAF_1X
        [](const caf::error&) {},
#endif
  };
}

void transport_arm::stop_if_all_passed() {
  if (!last_) return;
  std::erase_if(last_->behind, [&](std::uint32_t nsp) {
    return std::find(passed_.begin(), passed_.end(), nsp) != passed_.end();
  });
  if (!last_->behind.empty()) return;
  const disconnect_reason reason = last_->reason;
  last_.reset();
  last_due_ = time_point::max();
  plan_wake();
  guard([&] { shard_.shut_down(reason); });
}

// The arm must survive what a single message does: it serves every client of its shard.
template <class Work>
void transport_arm::guard(Work work) {
  try {
    work();
  } catch (const std::exception& thrown) {
    shard_.shared().log(log_level::error, std::string("transport arm: ") + thrown.what());
  } catch (...) {
    shard_.shared().log(log_level::error, "transport arm: unknown exception");
  }
}

void transport_arm::handle(const fanout& message) {
  if (message.frame == nullptr) return;
  if (message.acks.answers != nullptr) await_acks(message);
  std::uint64_t sent = 0;
  shard_.table(message.nsp).select(message.targets.get(), [&](actors::subscriber& who) {
    who.connection->send(message.frame, message.how);
    ++sent;
  });
  shard_.count().packets_sent.add(sent);
  if (message.words != nullptr) tell_watchers(message);
}

void transport_arm::await_acks(const fanout& message) {
  std::unordered_set<std::string> asked;
  shard_.table(message.nsp).select(message.targets.get(), [&](actors::subscriber& who) {
    asked.insert(who.sid);
  });
  shard_.acks().add(message.ack_id, message.acks, std::move(asked), shard_.now());
  plan_wake();
}

void transport_arm::wake_up() {
  shard_.acks().expire(shard_.now());
  if (last_ && last_due_ <= shard_.now()) {
    // A namespace's shard hangs in a handler: the others do not wait for it for ever.
    last_->behind.clear();
    stop_if_all_passed();
  }
  plan_wake();
}

void transport_arm::plan_wake() {
  shard_.wake_arm_at(std::min(shard_.acks().next_deadline(), last_due_));
}

void transport_arm::tell_watchers(const fanout& message) {
  shard_.table(message.nsp).select(message.targets.get(), [&](actors::subscriber& who) {
    if (!who.connection->watches_outgoing) return;
    who.connection->ask([sid = who.sid, words = message.words](connection_actor& self) {
      if (socket_state* to = self.find(sid)) self.notify_outgoing(*to, words->event, words->values);
    });
  });
}

void transport_arm::handle(const table_subscribe& message) {
  const subscribe& what = message.what;
  link* connection = shard_.find(what.from.from);
  if (connection == nullptr) {
    const auto nsp = shard_.shared().at(message.nsp);
    tell(shard_.broadcaster(*nsp), unsubscribe{what.sid, what.from.from});
    return;
  }
  // It may come twice, when it was taken for lost with a broadcaster that died.
  subscriber_table& table = shard_.table(message.nsp);
  if (table.find(what.sid) != nullptr) return;
  connection->send(what.connect_reply, {});
  actors::subscriber& who = table.add(what.sid, *connection);
  for (const std::string& room_name : what.rooms) table.join(who, room_name);
  if (message.missed == nullptr) return;
  for (const protocol::frame_ptr& frame : *message.missed) connection->send(frame, {});
  shard_.count().packets_sent.add(message.missed->size());
}

void transport_arm::handle(const table_change_rooms& message) {
  subscriber_table& table = shard_.table(message.nsp);
  actors::subscriber* who = table.find(message.what.sid);
  if (who == nullptr) return;
  for (const std::string& room_name : message.what.rooms)
    message.what.join ? table.join(*who, room_name) : table.leave(*who, room_name);
}

void transport_arm::handle(const table_direct& message) {
  link* connection = shard_.find(message.what.from.from);
  if (connection != nullptr && message.what.frame != nullptr) {
    connection->send(message.what.frame, message.what.how);
    shard_.count().packets_sent.add();
  }
  if (message.what.last) {
    subscriber_table& table = shard_.table(message.nsp);
    if (actors::subscriber* who = table.find(message.what.sid)) table.remove(*who);
  }
}

void transport_arm::count_members(const member_operation& what, subscriber_table& table) {
  std::size_t here = 0;
  if (what.targets == nullptr)
    here = table.size();
  else
    table.select(what.targets.get(), [&](const actors::subscriber&) { ++here; });
  what.counted->bring([here](std::size_t& all) { all += here; });
}

void transport_arm::handle(const table_operation& message) {
  using kind = member_operation::kind;
  const member_operation& what = message.what;
  subscriber_table& table = shard_.table(message.nsp);
  if (what.what == kind::count) return count_members(what, table);
  std::vector<actors::subscriber*> chosen;
  table.select(what.targets.get(), [&](actors::subscriber& who) { chosen.push_back(&who); });
  for (actors::subscriber* who : chosen) {
    link& connection = *who->connection;
    const std::string sid = who->sid;
    if (what.what == kind::fetch) {
      connection.ask([sid, found = what.found](connection_actor& self) { self.show(sid, *found); });
    } else if (what.what == kind::disconnect) {
      table.remove(*who);
      connection.ask(
          [sid, close = what.close](connection_actor& self) { self.send_away(sid, close); });
    } else {
      const bool joins = what.what == kind::join;
      for (const std::string& room_name : what.rooms) {
        if (!joins) table.leave(*who, room_name);
        if (joins && who->rooms.size() < shard_.shared().options().rooms_per_socket_max)
          table.join(*who, room_name);
      }
      connection.ask([sid, rooms = what.rooms, joins](connection_actor& self) {
        self.rooms_changed(sid, rooms, joins);
      });
    }
  }
}

void transport_arm::handle(const broadcaster_restarted& message) {
  const std::uint32_t nsp = message.nsp->index();
  const bool has_lost = shard_.replace_broadcaster(nsp, message.nsp->broadcaster());
  resubscribe known{shard_.index(), {}};
  for (const actors::subscriber* who : shard_.table(nsp).all()) {
    member listed{who->sid, who->connection->id(), {}};
    for (const auto& in : who->rooms) listed.rooms.push_back(in.joined->name);
    known.members.push_back(std::move(listed));
  }
  tell(shard_.broadcaster(*message.nsp), known);
  if (has_lost) shard_.tell_all(message);
}

// Told now and then: a message for each would cost as much as what it counts.
void transport_arm::count_taken(std::uint32_t nsp) {
  const auto told_at = static_cast<std::uint32_t>(
      std::max<std::size_t>(shard_.shared().options().operations_under_way_max / 4, 1));
  std::uint32_t& operations = shard_.table(nsp).operations_taken;
  if (++operations < told_at) return;
  tell(shard_.broadcaster(*shard_.shared().at(nsp)),
       taken{shard_.index(), std::exchange(operations, 0)});
}

void transport_arm::came_back(std::uint32_t nsp, const origin& from) {
  count_taken(nsp);
  if (from.from.shard != shard_.index()) return;
  link* connection = shard_.find(from.from);
  if (connection == nullptr) return;
  connection->pending.come_back(nsp, from.epoch);
  connection->operation_returned();
  if (connection->closes_behind && connection->pending.empty()) connection->close();
}

}  // namespace troupe::actors
