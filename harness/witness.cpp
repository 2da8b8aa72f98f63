#include <troupe/harness/witness.hpp>

#include <algorithm>
#include <new>
#include <stdexcept>

#include <troupe/actors/directory.hpp>

namespace troupe::harness {

namespace {

bool strikes_in_handlers(const fault_rule& rule) {
  return rule.kind == fault::throwing_handler || rule.kind == fault::failed_allocation;
}

}  // namespace

void witness::watch(server& io) {
  watch(io.of("/"));
  io.on_new_namespace([this](const nsp& made) { watch(made); });
}

void witness::watch(const nsp& space) {
  space.on_connection([this, name = space.name()](socket& who) { meet(who, name); });
}

void witness::meet(socket& who, const std::string& nsp) {
  oracle::socket_record& record =
      stage_.judge.connected(who.id(), nsp, std::nullopt, who.recovered());
  who.on_disconnect(
      [this, &record](disconnect_reason reason) { stage_.judge.disconnected(record, reason); });
  const auto& rules = stage_.played.rules;
  if (std::none_of(rules.begin(), rules.end(), strikes_in_handlers)) return;
  who.use([this](const event&, const next& go_on) {
    if (stage_.faults.strikes(fault::throwing_handler))
      throw std::runtime_error("a handler throws");
    if (stage_.faults.strikes(fault::failed_allocation)) throw std::bad_alloc();
    go_on();
  });
}

void witness::check() {
  for (const auto& nsp : stage_.world.directory().all()) check_subscribers(stage_, nsp->name());
}

void check_subscribers(stage& on, std::string_view nsp) {
  const std::size_t connected = on.judge.connected_in(nsp);
  const std::size_t subscribed = on.world.subscribers(nsp);
  if (connected != subscribed)
    on.judge.violated("subscribers equal the connected",
                      std::to_string(subscribed) + " in " + std::string(nsp) + ", where " +
                          std::to_string(connected) + " are connected");
}

}  // namespace troupe::harness
