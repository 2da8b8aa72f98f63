#pragma once

#include <cstdint>

#include <tests/runtime/recovering_client.hpp>
#include <troupe/actors/messages.hpp>

namespace troupe::testing {

inline options recovering(connection_state_recovery_options recovery = {}) {
  options user;
  user.connection_state_recovery = recovery;
  return user;
}

/// One client joined, everything at rest.
struct one_client {
  explicit one_client(std::uint64_t seed, connection_state_recovery_options recovery = {})
      : bench(seed, static_cast<unsigned>(1 + seed % 3), recovering(recovery)),
        io(bench.io()),
        client(bench) {}

  void join(bench_client::over how = bench_client::over::websocket) {
    client.connect(how);
    settle();
  }
  void settle() {
    bench.run();
    client.take();
  }
  void come_back() { join(bench_client::over::polling); }
  std::uint64_t counted(actors::counter actors::counters::*which) const {
    return bench.counted(which);
  }

  server_bench bench;
  nsp io;
  recovering_client client;
};

}  // namespace troupe::testing
