#include "crowd.hpp"
#include "measurement.hpp"
#include "workloads.hpp"

namespace load {

void run_idle(const scenario& what, reactor& events, const server_process& server, report& result) {
  crowd all(what, events, server, result);
  measurement measured(server);
  const auto end = clock::now() + as_duration(what.seconds);
  while (clock::now() < end) events.wait(end);
  measured.end();
  measured.add_to(result);
}

}  // namespace load
