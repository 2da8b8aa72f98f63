#include <troupe/harness/world.hpp>

#include <algorithm>
#include <stdexcept>

#include <troupe/harness/restless.hpp>
#include <troupe/harness/standard_application.hpp>
#include <troupe/runtime/shard.hpp>

namespace troupe::harness {

using namespace std::chrono_literals;

namespace {
constexpr milliseconds slice{100};  ///< Between two looks at the invariants.
constexpr milliseconds ending_max{120'000};
/// Behind what a drain and close_timeout leave the server's end.
constexpr milliseconds ending_slack{500};
}  // namespace

world::world(const scenario& what, std::uint64_t seed, const run_options& how)
    : scenario_(expanded(what, seed)),
      seed_(seed),
      options_(how),
      system_(std::make_unique<seeded_system>()),
      others_running_(system_->get().registry().running()),
      simulation_(seed),
      trace_(simulation_.clock(), how.kept_events),
      oracle_(trace_),
      random_(seed, "targets"),
      network_(simulation_, seed, trace_),
      stage_{simulation_, trace_, oracle_, application_faults_, scenario_, seed, system_->get()},
      witness_(stage_),
      begun_(simulation_.now()) {
  simulation_.record_in(trace_);
  simulation_.add(*this);
  simulation_.add(*system_);
  for (const fault_rule& rule : scenario_.rules) schedule_.push_back({rule, begun_ + rule.at});
  if (how.application)
    application_ = how.application(stage_);
  else
    application_ = std::make_unique<standard_application>(stage_);
  start_server();
  make_clients();
}

world::~world() {
  simulation_.remove(*this);
  for (const auto& one : behaviours_) simulation_.remove(*one);
  for (const auto& one : clients_) simulation_.remove(*one);
}

void world::start_server() {
  troupe::options user = scenario_.server;
  user.threads = scenario_.shards;
  user.log = [this](log_level level, std::string_view line) {
    if (level >= log_level::warning) trace_.note("server", "log", line);
  };
  server_ = std::make_unique<server>(system_->get(), simulation_.options_for(std::move(user)));
  if (options_.application) witness_.watch(*server_);
  application_->serve(*server_);
  server_->start();
  trace_.note("server", "start", "");
}

void world::make_clients() {
  dice drawn(seed_, "transports");
  for (unsigned number = 0; number < scenario_.clients; ++number) {
    client_options how;
    how.engine.client = number;
    const std::uint64_t kind = drawn.below(4);
    how.engine.polling = kind != 0;
    how.engine.upgrades = kind != 1;
    clients_.push_back(std::make_unique<socketio_client>(network_, seed_, std::move(how)));
    clients_.back()->on_wrong_packet = [this, number](std::string_view text) {
      if (oracle_.client(number).repeats || clients_[number]->has_raced()) return;
      oracle_.violated("protocol",
                       "client " + std::to_string(number) + " got " + std::string(text));
    };
    behaviours_.push_back(application_->enter(*clients_.back()));
    simulation_.add(*clients_.back());
    simulation_.add(*behaviours_.back());
  }
}

void world::pass(milliseconds time) {
  for (; time > 0ms && !is_over(); time -= slice) {
    simulation_.advance(std::min(time, slice));
    if (wanted_process_ || simulation_.is_stopped()) replace_server();
    check_at_rest();
  }
}

// --- the server's process

// Destroying it would wait for its end: it stays, and so does what it refers to.
void world::leave_server() {
  (void)server_.release();
  (void)system_.release();
}

void world::end_server(milliseconds drains) {
  if (server_ == nullptr) return;
  oracle_.server_ends();
  is_ending_server_ = true;
  if (drains > 0ms)
    server_->drain(drains, drains / 3);
  else
    server_->close();
  const milliseconds most = drains + scenario_.server.close_timeout + ending_slack;
  for (milliseconds waited{0}; !simulation_.is_stopped(); waited += slice) {
    if (waited > most && !is_over()) oracle_.violated("liveness", "the server takes long to end");
    if (waited > ending_max) {
      oracle_.violated("liveness", "the server does not end");
      return leave_server();
    }
    simulation_.advance(slice);
  }
  application_->server_ended();
  simulation_.run();
  server_.reset();
  is_ending_server_ = false;
  oracle_.server_ended();
  if (system_->get().registry().running() != others_running_)
    oracle_.violated("everything freed", "an actor is left behind the server's end");
}

void world::replace_server() {
  const auto how = std::exchange(wanted_process_, {});
  oracle_.disturb_all(scenario_.clients);
  trace_.note("server", "end", how ? describe(how->kind).name : "by itself");
  if (how && how->kind != fault::drain) network_.cut_all();
  simulation_.heal();
  deaths_wanted_ = 0;
  const bool drains = how && how->kind == fault::drain;
  end_server(milliseconds(drains ? static_cast<int>(how->attribute("deadline", 3000)) : 0));
  if (how && how->kind == fault::restart)
    simulation_.advance(milliseconds(static_cast<int>(how->attribute("delay", 500))));
  if (!is_over()) start_server();
}

// --- what must hold

void world::check_at_rest() {
  if (is_over()) return;
  for (const predicate& one : options_.predicates)
    if (!one.holds()) return oracle_.violated(one.name, "does not hold");
  const std::size_t longest = simulation_.longest_queue();
  if (longest > scenario_.server.outbox_bytes_max)
    oracle_.violated("bounds", std::to_string(longest) + " bytes wait for one client");
  if (simulation_.is_disturbed()) return over_soft_since_.clear();
  check_queues();
  if (options_.application) witness_.check();
  application_->check();
}

// Who stays above the soft bound for much longer than it may is not cut off.
void world::check_queues() {
  const time_point now = simulation_.now();
  for (const auto& one : clients_)
    if (const std::string sid = one->engine_id(); !sid.empty())
      over_soft_since_.try_emplace(sid, now);
  const options& bounds = scenario_.server;
  for (auto& [sid, since] : over_soft_since_) {
    const runtime::session* found = session(sid);
    if (found == nullptr || found->queued_bytes() <= bounds.outbox_bytes_soft_max) since = now;
    if (now - since > 2 * bounds.outbox_soft_timeout + slice)
      oracle_.violated("bounds", std::to_string(found->queued_bytes()) +
                                     " bytes wait for one client for longer than they may");
  }
}

void world::demand_progress() {
  for (const auto& one : clients_)
    if (one->has_raced()) one->vanish();  // What it missed may be its CONNECT's reply.
  for (const auto& one : behaviours_) one->settle();
  milliseconds waited{0};
  const auto is_settled = [&] {
    return std::all_of(behaviours_.begin(), behaviours_.end(),
                       [&](const auto& one) { return one->is_settled(); });
  };
  for (; !is_settled() && waited < scenario_.patience && !is_over(); waited += slice) pass(slice);
  if (is_over()) return;
  for (std::size_t i = 0; i < behaviours_.size(); ++i)
    if (!behaviours_[i]->is_settled())
      return oracle_.violated("liveness", "client " + std::to_string(i) + " has not come back in " +
                                              std::to_string(scenario_.patience.count()) + " ms");
  for (const auto& one : behaviours_) one->say_last();
  pass(2 * slice + 500ms);
  if (!is_over()) application_->check_settled();
}

void world::leave_all() {
  for (std::size_t i = 0; i < behaviours_.size(); ++i) {
    oracle::client_record& leaving = oracle_.client(static_cast<unsigned>(i));
    ++leaving.departures;
    leaving.fell_silent = true;
    behaviours_[i]->retire();
  }
  pass(60s);
  if (is_over()) return;
  for (const std::string& left : simulation_.left_over())
    oracle_.violated("everything freed", left + " is left when all clients have gone");
}

run_result world::play() {
  std::optional<run_result> made;
  try {
    play_through();
    if (is_over()) made = result();
    end_server();
  } catch (const restless& what) {
    oracle_.violated("liveness", what.what());
    leave_server();
  }
  return made ? *made : result();
}

void world::play_through() {
  pass(scenario_.duration);
  for (scheduled& one : schedule_) one.next = time_point::max();
  heal();
  if (!is_over()) demand_progress();
  if (!is_over()) leave_all();
}

run_result world::result() {
  run_result made;
  made.seed = seed_;
  made.played = scenario_;
  made.hash = trace_.hash();
  made.broken = oracle_.first();
  made.events = trace_.events();
  for (const scheduled& one : schedule_) made.faults.push_back({one.rule, *one.count});
  made.virtual_time = trace_.elapsed();
  made.steps = simulation_.steps();
  made.deliveries = oracle_.deliveries();
  return made;
}

run_result run(const scenario& what, std::uint64_t seed, const run_options& how) {
  if (const std::string flaw = flaw_of(what); !flaw.empty()) throw std::invalid_argument(flaw);
  return world(what, seed, how).play();
}

}  // namespace troupe::harness
