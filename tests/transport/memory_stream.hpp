#pragma once

#include <troupe/harness/memory_stream.hpp>

namespace troupe::transport::testing {
using harness::memory_stream;
using harness::wire;
}  // namespace troupe::transport::testing
