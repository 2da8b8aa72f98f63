#pragma once

#include <string_view>

namespace troupe::harness {

/// What was built, as reports tell it: "0.1.0 (3681069c1f2a)", version and git's name of the
/// sources ("-dirty" if they were changed); the version alone outside of a git checkout.
std::string_view revision() noexcept;

}  // namespace troupe::harness
