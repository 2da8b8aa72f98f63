#include <troupe/harness/real_run.hpp>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <stdexcept>

#include <troupe/harness/proxy.hpp>
#include <troupe/harness/socket_network.hpp>
#include <troupe/harness/standard_application.hpp>

namespace troupe::harness {

namespace {

using namespace std::chrono_literals;
constexpr milliseconds slice{50};

/// The clients of a scenario, each behind a proxy of its own.
class real_world {
 public:
  real_world(const server_address& where, const scenario& what, std::uint64_t seed,
             const run_options& options)
      : scenario_(expanded(what, seed)),
        seed_(seed),
        trace_(system_clock(), options.kept_events),
        oracle_(trace_),
        random_(seed, "targets"),
        network_(loop_, open_proxies(where.host_and_port)) {
    const time_point now = network_.now();
    for (const fault_rule& rule : scenario_.rules) schedule_.push_back({rule, now + rule.at});
    // Nobody tells here what servers did: whatever a client's end was, there was cause.
    oracle_.disturb_all(scenario_.clients);
    for (unsigned number = 0; number < scenario_.clients; ++number) {
      client_options how;
      how.engine.client = number;
      how.engine.path = where.path;
      how.engine.polling = number % 4 != 3;
      how.engine.upgrades = number % 4 != 2;
      clients_.push_back(std::make_unique<socketio_client>(network_, seed, std::move(how)));
      behaviours_.push_back(std::make_unique<standard_behaviour>(
          *clients_.back(), oracle_, trace_, system_clock(), seed, scenario_.actions_per_second));
    }
  }

  run_result play() {
    pass(scenario_.duration);
    heal();
    demand_progress();
    for (const auto& one : clients_) one->disconnect();
    pass(slice * 4);
    run_result made;
    made.seed = seed_;
    made.is_simulated = false;
    made.played = scenario_;
    made.hash = trace_.hash();
    made.broken = oracle_.first();
    made.events = trace_.events();
    for (const auto& one : schedule_) made.faults.push_back({one.rule, *one.count});
    made.virtual_time = trace_.elapsed();
    made.deliveries = oracle_.deliveries();
    return made;
  }

 private:
  struct scheduled {
    fault_rule rule;
    time_point next;
    std::shared_ptr<fault_count> count = std::make_shared<fault_count>();
  };

  std::vector<std::string> open_proxies(const std::string& address) {
    std::vector<std::string> addresses;
    for (unsigned i = 0; i < scenario_.clients; ++i) {
      proxy_options how;
      how.upstream = address;
      how.seed = seed_ + i;
      proxies_.push_back(std::make_unique<fault_proxy>(loop_, how));
      if (const auto failure = proxies_.back()->enable())
        throw boost::system::system_error(failure);
      addresses.push_back(proxies_.back()->listen());
    }
    return addresses;
  }

  void pass(milliseconds time) {
    const time_point end = network_.now() + time;
    while (network_.now() < end && !oracle_.first()) {
      time_point due = std::min(end, network_.now() + slice);
      for (const auto& one : clients_) due = std::min(due, one->due());
      for (const auto& one : behaviours_) due = std::min(due, one->due());
      loop_.run_one_until(due);
      loop_.poll();
      loop_.restart();
      bool did = true;
      while (did) {
        did = false;
        for (const auto& one : clients_) did = one->act() || did;
        for (const auto& one : behaviours_) did = one->act() || did;
      }
      strike();
    }
  }

  void strike() {
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

  void strike_client(const scheduled& one, unsigned number) {
    if (one.rule.kind == fault::heal) {
      ++one.count->armed;
      ++one.count->fired;
      proxies_[number]->remove_all();
      return clients_[number]->faults().heal();
    }
    const fault_group group = describe(one.rule.kind).group;
    if (group == fault_group::engineio) {
      if (one.rule.kind == fault::repeated_post) oracle_.client(number).repeats = true;
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

  void heal() {
    for (scheduled& one : schedule_) one.next = time_point::max();
    ending_.clear();
    for (const auto& one : proxies_) one->remove_all();
    for (const auto& one : clients_) one->faults().heal();
  }

  void demand_progress() {
    for (const auto& one : clients_)
      if (one->has_raced()) one->vanish();  // What it missed may be its CONNECT's reply.
    for (const auto& one : behaviours_) one->settle();
    const auto is_settled = [&] {
      return std::all_of(behaviours_.begin(), behaviours_.end(),
                         [](const auto& one) { return one->is_settled(); });
    };
    const time_point end = network_.now() + scenario_.patience;
    while (!is_settled() && network_.now() < end && !oracle_.first()) pass(slice);
    if (oracle_.first()) return;
    for (const auto& one : behaviours_)
      if (!one->is_settled())
        return oracle_.violated("liveness", "client " + std::to_string(&one - behaviours_.data()) +
                                                " has not come back in " +
                                                std::to_string(scenario_.patience.count()) + " ms");
    for (const auto& one : behaviours_) one->say_last();
    pass(2s);
    if (!oracle_.first()) oracle_.check_settled();
  }

  struct ending {
    time_point at;
    unsigned proxy;
    std::string name;
  };

  scenario scenario_;
  std::uint64_t seed_;
  boost::asio::io_context loop_{1};
  trace trace_;
  oracle oracle_;
  dice random_;
  std::vector<std::unique_ptr<fault_proxy>> proxies_;
  socket_network network_;
  std::vector<std::unique_ptr<socketio_client>> clients_;
  std::vector<std::unique_ptr<standard_behaviour>> behaviours_;
  std::vector<scheduled> schedule_;
  std::vector<ending> ending_;
  std::size_t toxics_ = 0;
};

void refuse_flaw(const scenario& what) {
  if (const std::string flaw = flaw_of(what); !flaw.empty()) throw std::invalid_argument(flaw);
}

}  // namespace

run_result run_against(const server_address& where, const scenario& what, std::uint64_t seed,
                       const run_options& how) {
  refuse_flaw(what);
  expect_standard_application(where);
  return real_world(where, what, seed, how).play();
}

run_result run_on_sockets(const scenario& what, std::uint64_t seed, const run_options& how) {
  refuse_flaw(what);
  trace seen(system_clock());
  oracle judge(seen);
  // What the clients did to their connections is not told here: all of it is a cause.
  for (unsigned i = 0; i < what.clients; ++i) {
    judge.client(i).is_disturbed = true;
    judge.client(i).departures = 1;
  }
  // Said before there are threads: whose leaving the server has not seen yet when it closes, hears
  // of that as its end.
  judge.server_ends();
  armed_faults none;
  options user = what.server;
  user.host = "127.0.0.1";
  user.port = 0;
  user.threads = 1;  // The oracle is the handlers' thread's.
  run_result result;
  {
    server io(std::move(user));
    serve_standard_application(io, judge, none);
    io.start();
    result = real_world({"127.0.0.1:" + std::to_string(io.port())}, what, seed, how).play();
    io.close();
    io.wait();
  }
  judge.server_ended();
  if (!result.broken) result.broken = judge.first();
  return result;
}

}  // namespace troupe::harness
