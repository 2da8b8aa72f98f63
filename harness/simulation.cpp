#include <troupe/harness/simulation.hpp>

#include <algorithm>

#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>
#include <troupe/harness/restless.hpp>
#include <troupe/runtime/shard.hpp>

namespace troupe::harness {

namespace {
/// Without time passing: past it the server does not come to rest.
constexpr std::size_t steps_at_once_max = 2'000'000;

/// Before what waits in its mailbox.
void kill_first(const caf::actor& who) {
  auto end = caf::make_message(caf::exit_msg{who.address(), caf::exit_reason::kill});
  const auto id = caf::make_message_id(caf::message_priority::high);
#if TROUPE_CAF_1X
  who->enqueue(caf::make_mailbox_element(nullptr, id, std::move(end)), nullptr);
#else
  who->enqueue(nullptr, id, std::move(end), nullptr);
#endif
}
}  // namespace

simulation::simulation(std::uint64_t seed) : ids_(seed), random_(seed) {}

simulation::~simulation() = default;

options simulation::options_for(options user) {
  user.clock = &clock_;
  user.random = &ids_;
  user.simulator = this;
  if (user.threads == 0) user.threads = 1;
  return user;
}

// --- simulator

std::unique_ptr<actors::pinned_unit> simulation::make_unit(caf::actor_system& system) {
  return std::make_unique<seeded_unit>(system);
}

void simulation::attach(const parts& made) {
  servers_.push_back(made);
  stopped_ = failed_ = false;
}

void simulation::start_listening(const actors::directory& shared) {
  listening_ = &shared;
}

void simulation::stop_listening(const actors::directory& shared) {
  if (listening_ == &shared) listening_ = nullptr;
}

void simulation::stopped(const actors::directory& shared, bool failed) {
  if (&shared != current().shared) return;
  stopped_ = true;
  failed_ = failed;
}

void simulation::run_until_stopped(const actors::directory& shared) {
  run();
  while (&shared == current().shared && !stopped_ && pass_time(time_point::max())) run();
}

void simulation::detach(const actors::directory& shared) {
  run();
  stop_listening(shared);
  std::erase_if(servers_, [&](const parts& listed) { return listed.shared == &shared; });
}

// --- faults

void simulation::stall(std::size_t shard, time_point until) {
  stalled_until_.resize(std::max(stalled_until_.size(), shard + 1));
  stalled_until_[shard] = until;
}

void simulation::permute(time_point until) {
  permuted_until_ = until;
  order_ = random_();
}

void simulation::crash_in_message(const caf::actor& who, std::size_t n,
                                  std::shared_ptr<fault_count> count) {
  const auto* job = dynamic_cast<caf::resumable*>(caf::actor_cast<caf::abstract_actor*>(who));
  doomed_.push_back({who, job, n, std::move(count)});
}

// Before `next` takes a message: if it is to die in this one, its end comes first.
void simulation::strike(const caf::resumable* next) {
  std::erase_if(doomed_, [&](doomed& one) {
    if (one.job != next || --one.messages_left != 0) return false;
    ++one.count->fired;
    kill_first(one.who);
    return true;
  });
}

void simulation::heal() {
  stalled_until_.clear();
  starved_until_ = {};
  permuted_until_ = {};
  doomed_.clear();
}

bool simulation::is_stalled(std::size_t shard) const noexcept {
  return shard < stalled_until_.size() && stalled_until_[shard] > clock_.now();
}

bool simulation::is_disturbed() const noexcept {
  for (std::size_t i = 0; i < stalled_until_.size(); ++i)
    if (is_stalled(i)) return true;
  return starved_until_ > clock_.now();
}

// --- what happens next

std::shared_ptr<wire> simulation::open_connection() {
  auto opened = std::make_shared<wire>();
  wires_.push_back(opened);
  for (const parts& one : servers_) {
    if (one.shared != listening_) continue;
    one.accept(std::make_unique<memory_stream>(opened));
    return opened;
  }
  opened->is_closed = true;
  return opened;
}

bool simulation::deliver(wire& to) {
  const bool reads = to.observer != nullptr && to.is_read_armed && to.is_readable();
  const bool writes = to.observer != nullptr && to.is_write_armed && to.is_writable();
  if (!reads && !writes) return false;
  if (reads && (!writes || random_() % 2 == 0)) {
    to.is_read_armed = false;
    to.observer->on_readable();
  } else {
    to.is_write_armed = false;
    to.observer->on_writable();
  }
  return true;
}

void simulation::end_turn(const parts& server, std::size_t index) {
  if (is_stalled(index)) return;
  runtime::shard& which = *server.shards[index];
  which.tick();
  if (starved_until_ <= clock_.now()) which.expire();
  which.flush();
  which.sweep();
}

bool simulation::end_turns() {
  bool was_idle = true;
  for (const parts& server : servers_) {
    for (std::size_t i = 0; i < server.shards.size(); ++i) {
      if (is_stalled(i)) continue;
      const runtime::shard& one = *server.shards[i];
      const bool is_due = one.next_deadline() <= clock_.now() && starved_until_ <= clock_.now();
      was_idle = was_idle && one.dirty_count() == 0 && !is_due;
      end_turn(server, i);
    }
  }
  return !was_idle;
}

std::size_t simulation::ready_count() const {
  std::size_t ready = system_ == nullptr ? 0 : system_->ready_count();
  for (const parts& server : servers_)
    for (std::size_t i = 0; i < server.units.size(); ++i)
      if (!is_stalled(i)) ready += static_cast<const seeded_unit&>(*server.units[i]).ready_count();
  return ready;
}

bool simulation::run_actor(std::size_t drawn) {
  for (const parts& server : servers_) {
    for (std::size_t i = 0; i < server.units.size(); ++i) {
      if (is_stalled(i)) continue;
      auto& unit = static_cast<seeded_unit&>(*server.units[i]);
      if (drawn < unit.ready_count()) {
        if (trace_ != nullptr) trace_->mix(i << 32 | drawn);
        ++messages_;
        if (!doomed_.empty()) strike(unit.ready_at(drawn));
        unit.run_one(drawn);
        return true;
      }
      drawn -= unit.ready_count();
    }
  }
  if (system_ == nullptr || drawn >= system_->ready_count()) return false;
  if (trace_ != nullptr) trace_->mix(~drawn);
  system_->run_one(drawn);
  return true;
}

// What is done next while the order is another: an actor's place among the `ready`, or past them.
std::size_t simulation::permuted(std::size_t ready) {
  const bool others_first = order_ % 4 == 0, youngest = order_ / 4 % 2 == 0;
  if (others_first && random_() % 8 != 0) return ready;
  std::size_t first = 0, count = 0;
  for (const parts& server : servers_) {
    for (std::size_t i = 0; i < server.units.size() && count == 0; ++i) {
      const std::size_t at = (i + order_ / 8) % server.units.size();
      if (is_stalled(at)) continue;
      first = 0;
      for (std::size_t before = 0; before < at; ++before)
        if (!is_stalled(before))
          first += static_cast<const seeded_unit&>(*server.units[before]).ready_count();
      count = static_cast<const seeded_unit&>(*server.units[at]).ready_count();
    }
  }
  if (count == 0) return random_() % ready;
  return youngest ? first + count - 1 : first;
}

bool simulation::step() {
  ++steps_;
  if (++steps_at_once_ == steps_at_once_max) throw restless();
  // One shard ends its turn now and then, in the middle of things.
  if (!servers_.empty() && random_() % 8 == 0) {
    const parts& server = servers_[random_() % servers_.size()];
    end_turn(server, random_() % server.shards.size());
  }
  const std::size_t ready = ready_count();
  const std::size_t others = wires_.size() + participants_.size();
  // An actor that is ready, a connection or a participant, each as likely.
  const bool is_permuted = ready != 0 && permuted_until_ > clock_.now();
  if (ready != 0 && run_actor(is_permuted ? permuted(ready)
                                          : random_() % (ready + std::min<std::size_t>(others, 4))))
    return true;
  const std::size_t first = others == 0 ? 0 : random_() % others;
  for (std::size_t i = 0; i < others; ++i) {
    const std::size_t at = (first + i) % others;
    if (at < wires_.size() ? deliver(*wires_[at]) : participants_[at - wires_.size()]->act()) {
      if (trace_ != nullptr) trace_->mix(at);
      return true;
    }
  }
  std::erase_if(wires_, [](const auto& wire) { return wire.use_count() == 1; });
  if (ready != 0) return true;
  return end_turns();
}

void simulation::run() {
  while (step()) {
  }
}

void simulation::run_some(std::size_t steps) {
  while (steps-- > 0 && step()) {
  }
}

time_point simulation::next_due(time_point before) const {
  time_point next = before;
  for (const parts& server : servers_) {
    for (std::size_t i = 0; i < server.shards.size(); ++i) {
      time_point due = std::max(server.shards[i]->next_deadline(), starved_until_);
      // The end of a stall is something to do, whatever the deadlines.
      if (is_stalled(i)) due = stalled_until_[i];
      next = std::min(next, due);
    }
  }
  for (const participant* one : participants_) next = std::min(next, one->due());
  if (system_ != nullptr) next = std::min(next, system_->due());
  return next;
}

bool simulation::pass_time(time_point end) {
  const time_point next = next_due(end);
  if (next >= end) return false;
  if (next > clock_.now()) steps_at_once_ = 0;
  clock_.set(std::max(next, clock_.now()));
  if (system_ != nullptr) system_->set_time(clock_.now());
  return true;
}

void simulation::advance(std::chrono::milliseconds by) {
  const auto end = clock_.now() + by;
  steps_at_once_ = 0;
  do run();
  while (pass_time(end));
  clock_.set(std::max(end, clock_.now()));  // It may have jumped.
  if (system_ != nullptr) system_->set_time(clock_.now());
  end_turns();
  run();
}

}  // namespace troupe::harness
