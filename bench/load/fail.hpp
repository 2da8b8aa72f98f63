#pragma once

#include <string_view>

namespace load {

/// Ends the generator with status 1 and one line on standard error: a measurement in which a
/// message was lost, torn or repeated is none.
[[noreturn]] void fail(std::string_view what);

}  // namespace load
