#pragma once

#include <cstddef>

#include <troupe/actors/caf.hpp>

namespace troupe::actors {

/// An execution unit for pinned actors: a shard's loop, or a seeded one under a test. Runs only
/// actors that are pinned to it and hands every other receiver to the system's scheduler.
class pinned_unit : public caf_unit {
 public:
#if TROUPE_CAF_1X
  explicit pinned_unit(caf::actor_system& system) : system_(system) {}
  void schedule(caf::resumable* job) final {
    route(job);
  }
  void delay(caf::resumable* job) final {
    route(job);
  }
  void start() final {}
  void stop() final {}
#else
  explicit pinned_unit(caf::actor_system& system) : caf_unit(&system), system_(system) {}
  void exec_later(caf::resumable* job) final {
    route(job);
  }
#endif

  /// Lets `job` handle up to `messages`; true when it has none left (its reference is released).
  bool run(caf::resumable* job, std::size_t messages) {
    if (job->resume(this, messages) == caf::resumable::resume_later) return false;
#if TROUPE_CAF_1X
    job->deref_resumable();
#else
    caf::intrusive_ptr_release(job);
#endif
    return true;
  }

 protected:
  /// Takes over one reference of a pinned actor that has messages. Any thread.
  virtual void submit(caf::resumable* job) = 0;

 private:
  void route(caf::resumable* job) {
    if (job->subtype() == caf::resumable::io_actor) return submit(job);
#if TROUPE_CAF_1X
    system_.scheduler().schedule(job);
#else
    system_.scheduler().enqueue(job);
#endif
  }

  caf::actor_system& system_;
};

}  // namespace troupe::actors
