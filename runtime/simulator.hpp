#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/pinned_unit.hpp>
#include <troupe/transport/stream.hpp>

namespace troupe {

namespace actors {
class directory;
}
namespace runtime {
class shard;
}

/// What a server runs on in place of threads, reactors and a listening socket, when
/// options::simulator is set: whoever implements it calls the shards and runs the actors, all in
/// one thread. Outlives the server.
class simulator {
 public:
  /// The inside of one server.
  struct parts {
    actors::directory* shared = nullptr;
    std::vector<runtime::shard*> shards;
    std::vector<actors::pinned_unit*> units;  ///< By shard, as make_unit() made them.
    /// Takes a connection in, as from the listener. Only between start_ and stop_listening().
    std::function<void(std::unique_ptr<transport::stream>)> accept;
  };

  virtual ~simulator() = default;
  /// The unit of one shard's actors; the server owns it.
  virtual std::unique_ptr<actors::pinned_unit> make_unit(caf::actor_system& system) = 0;
  /// A server has been made of these; they stay until detach().
  virtual void attach(const parts& made) = 0;
  virtual void start_listening(const actors::directory& shared) = 0;
  virtual void stop_listening(const actors::directory& shared) = 0;
  /// The server has ended: what server::wait() waits for.
  virtual void stopped(const actors::directory& shared, bool failed) = 0;
  /// Goes on until the server has ended.
  virtual void run_until_stopped(const actors::directory& shared) = 0;
  /// The last handles are gone: runs what that leaves to do, and forgets the server.
  virtual void detach(const actors::directory& shared) = 0;
};

}  // namespace troupe
