#pragma once

#include <troupe/harness/seams.hpp>

namespace troupe::harness {

/// Something of a simulation that is no server: a client, a network, a schedule of faults.
class participant {
 public:
  virtual ~participant() = default;
  /// Does one thing that is due at this time; false: nothing is.
  virtual bool act() = 0;
  /// When it has something to do without being asked; max() for never.
  virtual time_point due() const { return time_point::max(); }
};

}  // namespace troupe::harness
