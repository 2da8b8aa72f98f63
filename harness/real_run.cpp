#include <troupe/harness/real_run.hpp>

#include <stdexcept>

#include <troupe/harness/real_world.hpp>

namespace troupe::harness {

namespace {

/// For a server and for what an application spawns.
struct real_system {
  caf::actor_system_config config;
  caf::actor_system system{configured(config)};

 private:
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    init_actor_types();
    actors::configure(config, 1);
    return config;
  }
};

/// Its drawn faults written out.
scenario played_of(const scenario& what, std::uint64_t seed) {
  if (const std::string flaw = flaw_of(what); !flaw.empty()) throw std::invalid_argument(flaw);
  return expanded(what, seed);
}

}  // namespace

run_result run_against(const server_address& where, const scenario& what, std::uint64_t seed,
                       const run_options& how) {
  const scenario played = played_of(what, seed);
  if (!how.application) expect_standard_application(where);
  real_system actors;
  real_world clients(where, played, seed, how, actors.system);
  const predicate* broken = nullptr;
  clients.ask([&] {
    for (const predicate& one : how.predicates)
      if (broken == nullptr && !one.holds()) broken = &one;
    return broken == nullptr;
  });
  run_result result = clients.play();
  if (broken != nullptr && !result.broken)
    result.broken = {broken->name, "does not hold", result.virtual_time};
  return result;
}

run_result run_on_sockets(const scenario& what, std::uint64_t seed, const run_options& how) {
  const scenario played = played_of(what, seed);
  real_system actors;
  real_server served(played, seed, how, actors.system);
  real_world clients({served.address()}, played, seed, how, actors.system);
  clients.ask([&served] { return served.look(); });
  run_result result = clients.play();
  const auto broken_there = served.end();
  if (!result.broken) result.broken = broken_there;
  return result;
}

}  // namespace troupe::harness
