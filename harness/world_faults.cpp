#include <algorithm>
#include <boost/asio/error.hpp>

#include <troupe/actors/messages.hpp>
#include <troupe/harness/world.hpp>
#include <troupe/runtime/shard.hpp>

// The schedule of a run: how each fault strikes.

namespace troupe::harness {

namespace {

constexpr milliseconds between_deaths{20};

void kill(const caf::actor& who) {
  caf::anon_send_exit(who, caf::exit_reason::kill);
}

}  // namespace

time_point world::due() const {
  time_point next = random_again_;
  for (const scheduled& one : schedule_) next = std::min(next, one.next);
  return next;
}

bool world::act() {
  const time_point now = simulation_.now();
  if (random_again_ <= now) {
    random_again_ = time_point::max();
    simulation_.ids().is_exhausted = false;
    return true;
  }
  for (scheduled& one : schedule_) {
    if (one.next > now) continue;
    // Times that a jump of the clock has left behind are left out.
    one.next = one.rule.every ? std::max(one.next, now - *one.rule.every / 2) + *one.rule.every
                              : time_point::max();
    if (one.rule.until != milliseconds::max() && one.next > begun_ + one.rule.until)
      one.next = time_point::max();
    strike(one);
    if (one.rule.kind == fault::supervisor_limit && deaths_wanted_ > 0)
      one.next = now + between_deaths;
    return true;
  }
  return false;
}

void world::strike(const scheduled& one) {
  if (is_ending_server_) return;
  const fault_group group = describe(one.rule.kind).group;
  const bool is_for_clients =
      group == fault_group::network || group == fault_group::engineio ||
      one.rule.kind == fault::crash_connection || one.rule.kind == fault::delayed_down ||
      one.rule.kind == fault::mailbox_flood || one.rule.kind == fault::write_epipe ||
      one.rule.kind == fault::write_enobufs || one.rule.kind == fault::accept_emfile ||
      one.rule.kind == fault::accept_enfile || one.rule.kind == fault::accept_aborted;
  if (!is_for_clients) {
    if (!random_.chance(one.rule.probability)) return;
    trace_.note("faults", "fault", describe(one.rule.kind).name);
    return strike_system(one);
  }
  std::vector<unsigned> whom = one.rule.clients;
  if (whom.empty())
    for (unsigned i = 1; i < scenario_.clients; ++i) whom.push_back(i);
  for (const unsigned number : whom) {
    if (number >= clients_.size() || !random_.chance(one.rule.probability)) continue;
    const std::string lane = "client " + std::to_string(number);
    trace_.note(lane, "fault", describe(one.rule.kind).name);
    oracle_.client(number).is_disturbed = true;
    if (group == fault_group::actor)
      strike_actor(one, number);
    else
      strike_client(one, number);
  }
}

void world::strike_client(const scheduled& one, unsigned number) {
  const fault_rule& rule = one.rule;
  switch (rule.kind) {
    case fault::accept_emfile:
    case fault::accept_enfile:
    case fault::accept_aborted:
      return network_.fail_accept(number, rule.kind, one.count);
    case fault::write_epipe:
      return network_.fail_write(number, boost::asio::error::broken_pipe, one.count);
    case fault::write_enobufs:
      return network_.fail_write(number, boost::asio::error::no_buffer_space, one.count);
    default:
      break;
  }
  if (describe(rule.kind).group == fault_group::engineio) {
    if (rule.kind == fault::repeated_post) oracle_.client(number).repeats = true;
    return clients_[number]->faults().arm(rule.kind, one.count);
  }
  auto set = std::make_shared<toxic>();
  set->kind = rule.kind;
  set->stream = rule.stream;
  if (rule.kind == fault::slow_reader) set->stream = direction::downstream;
  if (rule.kind == fault::slow_writer) set->stream = direction::upstream;
  set->attributes = rule.attributes;
  if (rule.lasts > milliseconds(0)) set->until = simulation_.now() + rule.lasts;
  set->count = one.count;
  network_.poison(number, std::move(set));
}

bool world::kill_connection_actor(unsigned number) {
  const std::string sid = clients_[number]->engine_id();
  for (std::size_t i = 0; i < simulation_.shard_count(); ++i) {
    const runtime::session* found = simulation_.shard(i).find(sid);
    if (found == nullptr || !found->actor()) continue;
    kill(found->actor());
    return true;
  }
  return false;
}

bool world::flood(unsigned number, std::size_t messages) {
  const std::string sid = clients_[number]->engine_id();
  for (std::size_t i = 0; i < simulation_.shard_count(); ++i) {
    const runtime::session* found = simulation_.shard(i).find(sid);
    if (found == nullptr || !found->actor()) continue;
    for (std::size_t sent = 0; sent < messages; ++sent)
      actors::tell(found->actor(), actors::call{[](actors::connection_actor&) {}});
    return true;
  }
  return false;
}

void world::strike_actor(const scheduled& one, unsigned number) {
  ++one.count->armed;
  if (server_ == nullptr || simulation_.is_stopped()) return;
  bool did = false;
  if (one.rule.kind == fault::mailbox_flood) {
    did = flood(number, static_cast<std::size_t>(one.rule.attribute("messages", 200)));
  } else {
    did = kill_connection_actor(number);
    // The supervisor lives on shard 0.
    if (did && one.rule.kind == fault::delayed_down) {
      oracle_.disturb_all(scenario_.clients);
      simulation_.stall(0, simulation_.now() + std::max(one.rule.lasts, milliseconds(100)));
    }
  }
  if (did) ++one.count->fired;
}

void world::strike_system(const scheduled& one) {
  const fault_rule& rule = one.rule;
  const time_point until = simulation_.now() + std::max(rule.lasts, milliseconds(100));
  if (rule.kind == fault::throwing_handler || rule.kind == fault::failed_allocation)
    return application_faults_.arm(rule.kind, one.count);
  oracle_.disturb_all(scenario_.clients);
  ++one.count->armed;
  if (rule.kind == fault::failed_operation)
    return network_.fail_operation(static_cast<std::size_t>(rule.attribute("n", 1)));
  if (server_ == nullptr || simulation_.is_stopped()) return;
  ++one.count->fired;
  switch (rule.kind) {
    case fault::crash_broadcaster:
    case fault::supervisor_limit: {
      oracle_.broadcaster_died();
      oracle_.server_ends();  // It may be the one too many.
      if (rule.kind == fault::supervisor_limit)
        deaths_wanted_ =
            deaths_wanted_ == 0 ? scenario_.server.broadcaster_restarts_max : deaths_wanted_ - 1;
      const auto all = simulation_.directory().all();
      return kill(all[random_.below(all.size())]->broadcaster());
    }
    case fault::stall:
      return simulation_.stall(random_.below(scenario_.shards), until);
    case fault::timer_starvation:
      return simulation_.starve_timers(until);
    case fault::clock_jump: {
      const milliseconds by(static_cast<std::int64_t>(rule.attribute("by", 60'000)));
      if (rule.attribute("wall", 0) != 0) return simulation_.clock().jump_wall(-by);
      return simulation_.clock().set(simulation_.now() + by);
    }
    case fault::exhausted_random:
      simulation_.ids().is_exhausted = true;
      random_again_ = until;
      return;
    default:
      wanted_process_ = rule;
  }
}

}  // namespace troupe::harness
