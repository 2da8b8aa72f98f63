#pragma once

#include <stdexcept>

namespace troupe::harness {

/// Something goes on without time passing, and will not end.
struct restless : std::runtime_error {
  restless() : std::runtime_error("the simulation does not come to rest") {}
};

}  // namespace troupe::harness
