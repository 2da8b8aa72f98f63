#pragma once

#include <troupe/runtime/options.hpp>

namespace troupe::runtime {

/// Throws std::invalid_argument, which names the option, if one is not what a server could run
/// with: a count or a time below its least, or beyond what any server needs. Pure: any thread.
void check(const options& user);

}  // namespace troupe::runtime
