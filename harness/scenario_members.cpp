#include <troupe/harness/scenario_members.hpp>

namespace troupe::harness {

namespace {

using enum member::kind;

constexpr double day = 86'400'000;  // ms
constexpr double bytes_most = 1e12;

constexpr member of_scenario[] = {
    {"name", text, 0, 0, "told in reports"},
    {"clients", whole, 1, 1000, "number 0 has no faults of its own: the others are measured by it"},
    {"shards", whole, 1, 64, "of the server"},
    {"duration", whole, 1, day, "ms, with faults"},
    {"patience", whole, 100, day, "ms in which all must be back when the faults are healed"},
    {"actions_per_second", number, 0, 1000, "of each client"},
    {"drawn_faults", whole, 0, 1000, "rules more, drawn from the seed; the report writes them out"},
    {"server", object, 0, 0, "options of the server"},
    {"faults", list, 0, 0, "rules"},
};

constexpr member of_rule[] = {
    {"fault", text, 0, 0, "its name, as troupe-fault list tells it"},
    {"at", whole, 0, day, "ms from the beginning: the first time; before the duration is over"},
    {"every", whole, 1, day, "ms: again and again"},
    {"until", whole, 0, day, "ms from the beginning: not again behind it"},
    {"probability", number, 0, 1, "at each time, for each client"},
    {"clients", list, 0, 999, "whom, by number; none: all but number 0"},
    {"stream", text, 0, 0, "upstream, downstream or both; of faults of the network"},
    {"for", whole, 0, day, "ms that it lasts; 0: until all is healed"},
    {"attributes", object, 0, 0, "numbers, as troupe-fault list tells them"},
};

constexpr member of_server[] = {
    {"ping_interval", whole, 1, day, "ms"},
    {"ping_timeout", whole, 1, day, "ms"},
    {"upgrade_timeout", whole, 1, day, "ms"},
    {"connect_timeout", whole, 1, day, "ms"},
    {"ack_timeout", whole, 1, day, "ms"},
    {"outbox_soft_timeout", whole, 1, day, "ms"},
    {"polling_close_timeout", whole, 1, day, "ms"},
    {"close_timeout", whole, 1, day, "ms"},
    {"events_in_flight_max", whole, 1, 1e6, ""},
    {"outbox_bytes_max", whole, 1, bytes_most, "bytes"},
    {"outbox_bytes_soft_max", whole, 1, bytes_most, "bytes"},
    {"broadcaster_restarts_max", whole, 0, 1e6, ""},
};

}  // namespace

std::span<const member> scenario_members() noexcept {
  return of_scenario;
}

std::span<const member> rule_members() noexcept {
  return of_rule;
}

std::span<const member> server_members() noexcept {
  return of_server;
}

}  // namespace troupe::harness
