#include <algorithm>
#include <boost/asio/error.hpp>
#include <new>

#include <troupe/actors/messages.hpp>
#include <troupe/harness/world.hpp>
#include <troupe/runtime/shard.hpp>

// The schedule of a run: how each fault strikes.

namespace troupe::harness {

namespace {

constexpr milliseconds between_deaths{20};

/// Those that strike clients, one by one.
bool is_for_clients(fault kind) {
  const fault_group group = describe(kind).group;
  switch (kind) {
    case fault::crash_connection:
    case fault::delayed_down:
    case fault::mailbox_flood:
    case fault::write_epipe:
    case fault::write_enobufs:
    case fault::accept_emfile:
    case fault::accept_enfile:
    case fault::accept_aborted:
      return true;
    default:
      return group == fault_group::network || group == fault_group::engineio;
  }
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
  if (one.rule.kind == fault::heal) {
    if (!random_.chance(one.rule.probability)) return;
    ++one.count->armed;
    ++one.count->fired;
    return one.rule.clients.empty() ? heal() : heal_clients(one.rule.clients);
  }
  if (!is_for_clients(one.rule.kind)) {
    if (!random_.chance(one.rule.probability)) return;
    return strike_system(one);
  }
  std::vector<unsigned> whom = one.rule.clients;
  if (whom.empty())
    for (unsigned i = 1; i < scenario_.clients; ++i) whom.push_back(i);
  for (const unsigned number : whom) {
    if (number >= clients_.size() || !random_.chance(one.rule.probability)) continue;
    const bool is_of_actor = describe(one.rule.kind).group == fault_group::actor;
    trace_.note((is_of_actor ? "actor " : "client ") + std::to_string(number), "fault",
                describe(one.rule.kind).name);
    oracle_.client(number).is_disturbed = true;
    if (is_of_actor)
      strike_actor(one, number);
    else
      strike_client(one, number);
  }
}

void world::heal_clients(const std::vector<unsigned>& whom) {
  for (const unsigned number : whom) {
    trace_.note("client " + std::to_string(number), "heal", "");
    network_.heal(number);
    clients_[number]->faults().heal();
  }
}

void world::heal() {
  trace_.note("faults", "heal", "everything");
  if (network_.has_failed_operation())
    for (const scheduled& one : schedule_)
      if (one.rule.kind == fault::failed_operation) one.count->fired = 1;
  network_.heal();
  simulation_.heal();
  simulation_.ids().is_exhausted = false;
  application_faults_.heal();
  deaths_wanted_ = 0;
  for (const auto& one : clients_) one->faults().heal();
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

const runtime::session* world::session(std::string_view sid) {
  for (std::size_t i = 0; i < simulation_.shard_count(); ++i)
    if (const runtime::session* found = simulation_.shard(i).find(sid)) return found;
  return nullptr;
}

caf::actor world::connection_actor(unsigned number) {
  const runtime::session* found = session(clients_[number]->engine_id());
  return found == nullptr ? caf::actor() : found->actor();
}

// At once, or when its n-th message from now is its turn.
void world::kill(const caf::actor& who, const scheduled& one) {
  const auto n = static_cast<std::size_t>(one.rule.attribute("n", 0));
  if (n != 0) return simulation_.crash_in_message(who, n, one.count);
  ++one.count->fired;
  caf::anon_send_exit(who, caf::exit_reason::kill);
}

void world::strike_actor(const scheduled& one, unsigned number) {
  ++one.count->armed;
  if (server_ == nullptr || simulation_.is_stopped()) return;
  const caf::actor who = connection_actor(number);
  if (!who) return;
  if (one.rule.kind == fault::mailbox_flood) {
    ++one.count->fired;
    const auto messages = static_cast<std::size_t>(one.rule.attribute("messages", 200));
    for (std::size_t sent = 0; sent < messages; ++sent)
      actors::tell(who, actors::call{[](actors::connection_actor&) {}});
    return;
  }
  kill(who, one);
  if (one.rule.kind != fault::delayed_down) return;
  // The supervisor lives on shard 0.
  oracle_.disturb_all(scenario_.clients);
  simulation_.stall(0, simulation_.now() + std::max(one.rule.lasts, milliseconds(100)));
}

void world::strike_broadcaster(const scheduled& one) {
  oracle_.broadcaster_died();
  oracle_.server_ends();  // It may be the one too many.
  if (one.rule.kind == fault::supervisor_limit)
    deaths_wanted_ =
        deaths_wanted_ == 0 ? scenario_.server.broadcaster_restarts_max : deaths_wanted_ - 1;
  const auto all = simulation_.directory().all();
  const auto& nsp = all[random_.below(all.size())];
  trace_.note("broadcaster " + nsp->name(), "fault", describe(one.rule.kind).name);
  kill(nsp->broadcaster(), one);
}

// The actor's own code finds no memory, outside any handler: that ends this client, and nobody
// else.
void world::fail_turn(const scheduled& one) {
  ++one.count->armed;
  if (server_ == nullptr || simulation_.is_stopped() || scenario_.clients < 2) return;
  const auto number = 1 + static_cast<unsigned>(random_.below(scenario_.clients - 1));
  const caf::actor who = connection_actor(number);
  if (!who) return;
  ++one.count->fired;
  oracle_.client(number).is_disturbed = true;
  actors::tell(who, actors::call{[](actors::connection_actor&) { throw std::bad_alloc(); }});
}

void world::strike_system(const scheduled& one) {
  const fault_rule& rule = one.rule;
  const time_point until = simulation_.now() + std::max(rule.lasts, milliseconds(100));
  const bool is_of_broadcaster =
      rule.kind == fault::crash_broadcaster || rule.kind == fault::supervisor_limit;
  if (!is_of_broadcaster) trace_.note("faults", "fault", describe(rule.kind).name);
  if (rule.kind == fault::failed_allocation && rule.attribute("turn", 0) != 0)
    return fail_turn(one);
  if (rule.kind == fault::throwing_handler || rule.kind == fault::failed_allocation)
    return application_faults_.arm(rule.kind, one.count);
  oracle_.disturb_all(scenario_.clients);
  ++one.count->armed;
  if (rule.kind == fault::failed_operation)
    return network_.fail_operation(static_cast<std::size_t>(rule.attribute("n", 1)));
  if (server_ == nullptr || simulation_.is_stopped()) return;
  if (is_of_broadcaster) return strike_broadcaster(one);
  ++one.count->fired;
  switch (rule.kind) {
    case fault::stall:
      return simulation_.stall(random_.below(scenario_.shards), until);
    case fault::permuted_scheduling:
      return simulation_.permute(until);
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
