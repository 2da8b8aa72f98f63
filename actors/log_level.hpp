#pragma once

#include <cstdint>

namespace troupe {

enum class log_level : std::uint8_t { debug, info, warning, error };

}  // namespace troupe
