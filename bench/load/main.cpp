// The load generator: plays one scenario against a running server and prints one line of JSON.
//
//   bench-load KIND port=PORT pid=PID [NAME=VALUE...]     names and kinds: scenario.hpp

#include <sys/resource.h>

#include <cstdio>
#include <map>
#include <string_view>

#include "fail.hpp"
#include "workloads.hpp"

int main(int argc, char** argv) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  using workload =
      void (*)(const load::scenario&, load::reactor&, const load::server_process&, load::report&);
  const std::map<std::string_view, workload> kinds{{"fanout", load::run_fanout},
                                                   {"rate", load::run_fanout},
                                                   {"echo", load::run_echo},
                                                   {"churn", load::run_churn},
                                                   {"idle", load::run_idle}};
  const load::scenario what = load::parse_scenario({argv, static_cast<std::size_t>(argc)});
  const auto found = kinds.find(what.kind);
  if (found == kinds.end()) load::fail("no such kind of scenario");
  load::reactor events;
  load::report result;
  found->second(what, events, load::server_process(what.pid), result);
  std::printf("%s\n", result.line().c_str());
}
