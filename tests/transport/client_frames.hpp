#pragma once

#include <troupe/harness/client_frames.hpp>

namespace troupe::transport::testing {
using namespace harness::frames;
}  // namespace troupe::transport::testing
