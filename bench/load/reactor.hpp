#pragma once

#include <vector>

#include "time.hpp"

namespace load {

/// One epoll, edge-triggered: a descriptor's owner reads until nothing is left, and is called again
/// when more has come. Thread: one.
class reactor {
 public:
  class owner {
   public:
    /// `has_ended`: the peer has, behind what is still to be read.
    virtual void on_ready(bool has_ended) = 0;

   protected:
    ~owner() = default;
  };

  reactor();
  ~reactor();
  reactor(const reactor&) = delete;
  reactor& operator=(const reactor&) = delete;

  /// Watches for bytes, room and the end. `who` outlives the descriptor.
  void add(int descriptor, owner& who);
  /// Waits until something is ready, at most until `latest`, and calls the owners. An owner must
  /// not be destroyed meanwhile.
  void wait(time_point latest);

 private:
  int epoll_;
};

}  // namespace load
