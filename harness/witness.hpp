#pragma once

#include <troupe/actors/engine_session.hpp>
#include <troupe/harness/application.hpp>

namespace troupe::harness {

/// Watches the sockets of any application by handlers beside its own: ids are unique, each socket
/// ends once, subscribers equal the connected. Its middleware throws where a fault of handlers is
/// armed. Thread: the simulation's.
class witness {
 public:
  /// `on` outlives the servers that are watched.
  explicit witness(stage& on) : stage_(on) {}

  /// Before the application's own handlers are added.
  void watch(server& io);
  /// At rest.
  void check();

 private:
  void watch(const nsp& space);
  void meet(socket& who, const std::string& nsp);

  stage& stage_;
};

/// At rest: the shards have as many subscribers in `nsp` as the oracle knows connected.
void check_subscribers(stage& on, std::string_view nsp);

}  // namespace troupe::harness
