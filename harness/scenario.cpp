#include <troupe/harness/scenario.hpp>

#include <algorithm>
#include <stdexcept>

#include <troupe/harness/dice.hpp>

namespace troupe::harness {

rule_builder& rule_builder::on(target whom) {
  rule_.clients = std::move(whom.clients);
  return *this;
}

rule_builder& rule_builder::with_probability(double p) {
  rule_.probability = p;
  return *this;
}

rule_builder& rule_builder::lasting(milliseconds time) {
  rule_.lasts = time;
  return *this;
}

rule_builder& rule_builder::until(milliseconds time) {
  rule_.until = time;
  return *this;
}

rule_builder& rule_builder::upstream() {
  rule_.stream = direction::upstream;
  return *this;
}

rule_builder& rule_builder::downstream() {
  rule_.stream = direction::downstream;
  return *this;
}

scenario& rule_builder::inflict(fault kind, std::map<std::string, double, std::less<>> attributes) {
  rule_.kind = kind;
  rule_.attributes = std::move(attributes);
  if (const std::string flaw = flaw_of(rule_); !flaw.empty()) throw std::invalid_argument(flaw);
  scenario_.rules.push_back(std::move(rule_));
  return scenario_;
}

scenario& rule_builder::reset_peer(byte_count behind) {
  return inflict(fault::reset_peer, {{"after_bytes", static_cast<double>(behind.value)}});
}

scenario& rule_builder::latency(milliseconds time, milliseconds jitter) {
  return inflict(fault::latency, {{"latency", static_cast<double>(time.count())},
                                  {"jitter", static_cast<double>(jitter.count())}});
}

scenario& rule_builder::slicer(byte_count average) {
  return inflict(fault::slicer, {{"average_size", static_cast<double>(average.value)}});
}

scenario& rule_builder::crash_in_message(std::size_t n) {
  return inflict(fault::crash_connection, {{"n", static_cast<double>(n)}});
}

scenario& rule_builder::restart(milliseconds delay) {
  return inflict(fault::restart, {{"delay", static_cast<double>(delay.count())}});
}

rule_builder scenario::at(milliseconds time) {
  fault_rule begun;
  begun.at = time;
  return {*this, std::move(begun)};
}

rule_builder scenario::every(milliseconds time) {
  fault_rule begun;
  begun.at = begun.every.emplace(time);
  return {*this, std::move(begun)};
}

scenario standard_scenario() {
  scenario made;
  made.drawn_faults = 6;
  options& server = made.server;
  server.ping_interval = milliseconds(3000);
  server.ping_timeout = milliseconds(2000);
  server.upgrade_timeout = milliseconds(1500);
  server.ack_timeout = milliseconds(4000);
  server.connect_timeout = milliseconds(5000);
  server.events_in_flight_max = 4;
  server.outbox_bytes_max = 19 * 1024;
  server.outbox_bytes_soft_max = 12 * 1024;
  server.outbox_soft_timeout = milliseconds(800);
  server.polling_close_timeout = milliseconds(4000);
  server.close_timeout = milliseconds(2000);
  return made;
}

namespace {

void draw_attributes(fault_rule& rule, dice& random) {
  auto& set = rule.attributes;
  const auto some = [&](std::uint64_t least, std::uint64_t most) {
    return static_cast<double>(least + random.below(most - least + 1));
  };
  switch (rule.kind) {
    case fault::latency:
      set = {{"latency", some(1, 800)}, {"jitter", some(0, 300)}};
      break;
    case fault::bandwidth:
    case fault::slow_reader:
    case fault::slow_writer:
      set = {{"rate", some(1, 20) / 4}};
      break;
    case fault::slicer:
      set = {{"average_size", some(1, 30)}, {"delay", some(0, 2000)}};
      break;
    case fault::limit_data:
      set = {{"bytes", some(0, 3000)}};
      break;
    case fault::reset_peer:
      set = {{"after_bytes", some(0, 2000)}};
      break;
    case fault::timeout:
      set = {{"timeout", some(0, 3000)}};
      break;
    case fault::crash_connection:
    case fault::crash_broadcaster:
      if (random.chance(0.5)) set = {{"n", some(1, 50)}};
      break;
    case fault::drain:
      set = {{"deadline", 3000 * some(0, 1)}};
      break;
    case fault::failed_allocation:
      set = {{"turn", static_cast<double>(rule.at.count() % 2)}};
      break;
    case fault::clock_jump:
      set = {{"by", some(10, 20'000)}, {"wall", some(0, 1)}};
      break;
    case fault::failed_operation:
      set = {{"n", some(1, 200)}};
      break;
    default:
      break;
  }
}

}  // namespace

std::string flaw_of(const scenario& what) {
  for (std::size_t i = 0; i < what.rules.size(); ++i) {
    const fault_rule& rule = what.rules[i];
    const std::string place = "faults[" + std::to_string(i) + "].";
    if (std::string flaw = flaw_of(rule); !flaw.empty()) return place + flaw;
    for (const unsigned one : rule.clients)
      if (one >= what.clients)
        return place + "clients: there is no client " + std::to_string(one) + ", the last is " +
               std::to_string(what.clients - 1);
    if (rule.at >= what.duration)
      return place + "at: " + std::to_string(rule.at.count()) + " is not before the end, " +
             std::to_string(what.duration.count());
  }
  return {};
}

scenario expanded(scenario what, std::uint64_t seed) {
  dice random(seed, "faults");
  for (unsigned i = 0; i < what.drawn_faults; ++i) {
    fault_rule rule;
    // Process faults and the end of a server are dear: fewer of them.
    do rule.kind = all_faults()[random.below(all_faults().size())].kind;
    while (rule.kind == fault::heal || ((describe(rule.kind).group == fault_group::process ||
                                         rule.kind == fault::supervisor_limit) &&
                                        !random.chance(0.3)));
    const auto most = static_cast<std::uint64_t>(what.duration.count());
    rule.at = milliseconds(random.below(most));
    if (random.chance(0.3)) {
      rule.every = milliseconds(100 + random.below(most / 2));
      rule.probability = 0.4;
    }
    rule.lasts = milliseconds(1 + random.below(random.chance(0.5) ? 500 : 8000));
    const std::uint64_t way = random.below(4);
    if (way == 1) rule.stream = direction::upstream;
    if (way == 2) rule.stream = direction::downstream;
    const bool all = random.chance(0.3) || what.clients < 2;
    if (!all) rule.clients = {1 + static_cast<unsigned>(random.below(what.clients - 1))};
    draw_attributes(rule, random);
    what.rules.push_back(std::move(rule));
  }
  what.drawn_faults = 0;
  return what;
}

}  // namespace troupe::harness
