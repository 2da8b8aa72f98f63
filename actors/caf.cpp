#include <troupe/actors/caf.hpp>

namespace troupe::actors {

void configure(caf::actor_system_config& config, std::size_t threads) {
#if TROUPE_CAF_1X
  config.set("caf.scheduler.max-threads", threads);
  config.set("caf.scheduler.policy", "sharing");
#else
  config.set("scheduler.max-threads", threads);
  config.set("scheduler.policy", caf::atom("sharing"));
#endif
}

}  // namespace troupe::actors
