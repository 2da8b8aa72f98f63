#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <troupe/harness/armed_faults.hpp>
#include <troupe/harness/network.hpp>
#include <troupe/harness/oracle.hpp>
#include <troupe/harness/scenario.hpp>
#include <troupe/harness/socketio_client.hpp>
#include <troupe/runtime/server.hpp>

namespace troupe::harness {

/// The run that an application is in. All of it outlives the application.
struct stage {
  /// Its clock and random() are what handlers have of time and chance. On real sockets its time is
  /// the system's, and it tells of the server in check() alone.
  simulation& world;
  trace& seen;  ///< note() puts an event into report, timeline and hash.
  /// violated() ends the run; client() tells who is disturbed, has_lost() whether a broadcaster
  /// died.
  oracle& judge;
  armed_faults& faults;    ///< That strike in handlers.
  const scenario& played;  ///< With its drawn faults written out.
  std::uint64_t seed;
  /// The server's; what is spawned in it runs under the seed too, in the simulation.
  caf::actor_system& actors;
  /// On real sockets an application is made twice, as for two processes: the one serves, on the
  /// server's thread, the other's clients enter, on the caller's. Each has a stage of its own.
  enum class role { whole, server, clients };
  role plays = role::whole;
};

/// One client's life in an application: when it acts, and what it does then. Acts when due() says,
/// as any participant.
class behaviour : public participant {
 public:
  explicit behaviour(socketio_client& who) : client_(who) {}
  behaviour(const behaviour&) = delete;
  behaviour& operator=(const behaviour&) = delete;

  /// All faults are healed: from now on it only comes back, if it is away, and finishes.
  virtual void settle() {}
  /// It is back and served. Must come true within scenario::patience of settle().
  virtual bool is_settled() const { return client_.is_joined_everywhere(); }
  /// Everybody is settled: a last word, so that what was missed before it shows.
  virtual void say_last() {}
  /// Does nothing more and leaves, for good.
  virtual void retire() { client_.disconnect(); }

  bool act() override { return false; }

 protected:
  socketio_client& client_;
};

/// What runs against a scenario: handlers, what clients do, and what must hold. Made anew for each
/// run, so that a run depends on nothing before it.
class application {
 public:
  application() = default;
  application(const application&) = delete;
  application& operator=(const application&) = delete;
  virtual ~application() = default;

  /// Sets up `io` before it starts; called again for each server that takes another's place.
  virtual void serve(server& io) = 0;
  /// What the client `who` does. Called before the run begins, for each, by number; joins its
  /// namespaces and connects. `who` outlives what it gives.
  virtual std::unique_ptr<behaviour> enter(socketio_client& who) = 0;
  /// The server is at rest, ten times a second: says what does not hold, by stage::judge. On real
  /// sockets on the server's thread, of the one that serves, once a client came; its actors rest.
  virtual void check() {}
  /// On real sockets, where it takes its time: the last words were heard. Until it is true, and for
  /// 5 s at most, check_settled() is put off.
  virtual bool has_heard_last() const { return false; }
  /// All faults are healed, everybody is back, and the last words were heard.
  virtual void check_settled() {}
  /// The server has ended and is destroyed next; another may follow. Actors that hold a namespace
  /// of it are ended here.
  virtual void server_ended() {}
};

using application_factory = std::function<std::unique_ptr<application>(stage&)>;

}  // namespace troupe::harness
