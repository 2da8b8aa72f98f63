#include <troupe/harness/real_world.hpp>

#include <algorithm>
#include <boost/system/system_error.hpp>

#include <troupe/harness/standard_application.hpp>

namespace troupe::harness {

using namespace std::chrono_literals;

namespace {
constexpr milliseconds slice{50};
constexpr milliseconds between_checks{100};
/// What behaviours may do in a row before the network has its turn.
constexpr int turns_max = 1000;
/// For the last words to arrive, and for the last connections to end.
constexpr milliseconds hearing_max{5000}, leaving_max{1000};
}  // namespace

// --- what both sides have

real_stage::real_stage(const scenario& played, std::uint64_t seed, const run_options& how,
                       caf::actor_system& actors, stage::role plays)
    : seen_(system_clock(), how.kept_events), judge_(seen_), world_(seed), stage_{world_, seen_,
                                                                                  judge_, none_,
                                                                                  played, seed,
                                                                                  actors, plays} {
  world_.clock().follow(system_clock());
  // Neither side hears what the other did: whatever a client's end was, there was cause.
  judge_.disturb_all(played.clients);
}

std::unique_ptr<application> real_stage::make_application(const run_options& how) {
  if (how.application) return how.application(stage_);
  return std::make_unique<standard_application>(stage_);
}

// --- the server

real_server::real_server(const scenario& played, std::uint64_t seed, const run_options& how,
                         caf::actor_system& actors)
    : options_(how),
      stage_(played, seed, how, actors, stage::role::server),
      witness_(stage_.on()),
      application_(stage_.make_application(how)),
      inspector_(stage_.on().world, [this] { check(); }) {
  oracle& judge = stage_.on().judge;
  for (unsigned i = 0; i < played.clients; ++i) judge.client(i).departures = 1;
  // Said before there are threads: whose leaving the server has not seen yet when it closes, hears
  // of that as its end.
  judge.server_ends();
  options user = played.server;
  user.host = "127.0.0.1";
  user.port = 0;
  user.threads = 1;  // The oracle is the handlers' thread's.
  server_ = std::make_unique<server>(actors, inspector_.options_for(std::move(user)));
  if (how.application) witness_.watch(*server_);
  application_->serve(*server_);
  server_->start();
}

real_server::~real_server() {
  try {
    end();
  } catch (...) {
    // What a check threw: the run has ended for another reason.
  }
}

bool real_server::look() {
  inspector_.ask();
  return !is_broken_;
}

void real_server::check() {
  oracle& judge = stage_.on().judge;
  const auto is_over = [&] { return judge.first().has_value(); };
  try {
    for (const predicate& one : options_.predicates)
      if (!is_over() && !one.holds()) judge.violated(one.name, "does not hold");
    if (options_.application) witness_.check();
    if (!is_over()) application_->check();
  } catch (...) {
    is_broken_ = true;
    throw;
  }
  is_broken_ = is_over();
}

std::optional<violation> real_server::end() {
  if (server_ != nullptr) {
    inspector_.leave();
    server_->close();
    server_->wait();
    application_->server_ended();
    server_.reset();
    stage_.on().judge.server_ended();
    if (inspector_.thrown() != nullptr) std::rethrow_exception(inspector_.thrown());
  }
  return stage_.on().judge.first();
}

// --- the clients

real_world::real_world(const server_address& where, const scenario& played, std::uint64_t seed,
                       const run_options& how, caf::actor_system& actors)
    : scenario_(played),
      seed_(seed),
      stage_(played, seed, how, actors, stage::role::clients),
      random_(seed, "targets"),
      network_(loop_, open_proxies(where.host_and_port)),
      application_(stage_.make_application(how)) {
  const time_point now = network_.now();
  for (const fault_rule& rule : scenario_.rules) schedule_.push_back({rule, now + rule.at});
  make_clients(where.path);
}

std::vector<std::string> real_world::open_proxies(const std::string& address) {
  std::vector<std::string> addresses;
  for (unsigned i = 0; i < scenario_.clients; ++i) {
    proxy_options how;
    how.upstream = address;
    how.seed = seed_ + i;
    proxies_.push_back(std::make_unique<fault_proxy>(loop_, how));
    if (const auto failure = proxies_.back()->enable()) throw boost::system::system_error(failure);
    addresses.push_back(proxies_.back()->listen());
  }
  return addresses;
}

void real_world::make_clients(const std::string& path) {
  for (unsigned number = 0; number < scenario_.clients; ++number) {
    client_options how;
    how.engine.client = number;
    how.engine.path = path;
    how.engine.polling = number % 4 != 3;
    how.engine.upgrades = number % 4 != 2;
    clients_.push_back(std::make_unique<socketio_client>(network_, seed_, std::move(how)));
    clients_.back()->on_wrong_packet = [this, number](std::string_view text) {
      oracle& judge = stage_.on().judge;
      if (judge.client(number).repeats || clients_[number]->has_raced()) return;
      judge.violated("protocol", "client " + std::to_string(number) + " got " + std::string(text));
    };
    behaviours_.push_back(application_->enter(*clients_.back()));
  }
}

void real_world::pass(milliseconds time) {
  const time_point end = network_.now() + time;
  while (network_.now() < end && !is_over()) {
    time_point due = std::min(end, network_.now() + slice);
    for (const auto& one : clients_) due = std::min(due, one->due());
    for (const auto& one : behaviours_) due = std::min(due, one->due());
    loop_.run_one_until(due);
    loop_.poll();
    loop_.restart();
    bool did = true;
    for (int turns = 0; did && turns < turns_max; ++turns) {
      did = false;
      for (const auto& one : clients_) did = one->act() || did;
      for (const auto& one : behaviours_) did = one->act() || did;
    }
    strike();
    check();
  }
}

void real_world::check() {
  if (!goes_on_ || network_.now() < next_check_) return;
  next_check_ = network_.now() + between_checks;
  is_broken_ = !goes_on_();
}

template <class Done>
bool real_world::pass_until(milliseconds most, Done is_done) {
  const time_point end = network_.now() + most;
  while (!is_done() && network_.now() < end && !is_over()) pass(slice);
  return !is_over() && is_done();
}

void real_world::strike() {
  const time_point now = network_.now();
  for (scheduled& one : schedule_) {
    if (one.next > now) continue;
    one.next = one.rule.every ? one.next + *one.rule.every : time_point::max();
    std::vector<unsigned> whom = one.rule.clients;
    if (whom.empty())
      for (unsigned i = 1; i < scenario_.clients; ++i) whom.push_back(i);
    for (const unsigned number : whom)
      if (number < clients_.size() && random_.chance(one.rule.probability))
        strike_client(one, number);
  }
  std::erase_if(ending_, [&](const auto& listed) {
    if (listed.at > now) return false;
    proxies_[listed.proxy]->remove(listed.name);
    return true;
  });
}

void real_world::strike_client(const scheduled& one, unsigned number) {
  if (one.rule.kind == fault::heal) {
    ++one.count->armed;
    ++one.count->fired;
    proxies_[number]->remove_all();
    return clients_[number]->faults().heal();
  }
  const fault_group group = describe(one.rule.kind).group;
  if (group == fault_group::engineio) {
    if (one.rule.kind == fault::repeated_post) stage_.on().judge.client(number).repeats = true;
    return clients_[number]->faults().arm(one.rule.kind, one.count);
  }
  if (group != fault_group::network) return void(++one.count->armed);
  auto set = std::make_shared<toxic>();
  set->kind = one.rule.kind;
  set->name = "toxic " + std::to_string(++toxics_);
  set->stream = one.rule.stream;
  set->attributes = one.rule.attributes;
  set->count = one.count;
  // What goes on has its time; what strikes once is over with the connections that there are.
  const auto time = one.rule.lasts > 0ms ? one.rule.lasts : scenario_.duration;
  ending_.push_back({network_.now() + time, number, set->name});
  proxies_[number]->add(std::move(set));
}

void real_world::heal() {
  for (scheduled& one : schedule_) one.next = time_point::max();
  ending_.clear();
  for (const auto& one : proxies_) one->remove_all();
  for (const auto& one : clients_) one->faults().heal();
}

void real_world::demand_progress() {
  for (const auto& one : clients_)
    if (one->has_raced()) one->vanish();  // What it missed may be its CONNECT's reply.
  for (const auto& one : behaviours_) one->settle();
  const auto is_away = [](const auto& one) { return !one->is_settled(); };
  const auto away = [&] { return std::find_if(behaviours_.begin(), behaviours_.end(), is_away); };
  if (!pass_until(scenario_.patience, [&] { return away() == behaviours_.end(); })) {
    if (!is_over())
      stage_.on().judge.violated(
          "liveness", "client " + std::to_string(away() - behaviours_.begin()) +
                          " has not come back in " + std::to_string(scenario_.patience.count()) +
                          " ms");
    return;
  }
  for (const auto& one : behaviours_) one->say_last();
  pass_until(hearing_max, [&] { return application_->has_heard_last(); });
  if (!is_over()) application_->check_settled();
}

run_result real_world::play() {
  pass(scenario_.duration);
  heal();
  if (!is_over()) demand_progress();
  for (const auto& one : behaviours_) one->retire();
  pass_until(leaving_max, [&] {
    return std::none_of(clients_.begin(), clients_.end(),
                        [](const auto& one) { return one->has_connection(); });
  });
  return result();
}

run_result real_world::result() {
  const stage& on = stage_.on();
  run_result made;
  made.seed = seed_;
  made.is_simulated = false;
  made.played = scenario_;
  made.hash = on.seen.hash();
  made.broken = on.judge.first();
  made.events = on.seen.events();
  for (const auto& one : schedule_) made.faults.push_back({one.rule, *one.count});
  made.virtual_time = on.seen.elapsed();
  made.deliveries = on.judge.deliveries();
  return made;
}

}  // namespace troupe::harness
