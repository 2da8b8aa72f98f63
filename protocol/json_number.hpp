#pragma once

#include <optional>
#include <string_view>

namespace troupe::protocol::json {

/// The nearest double to a number token that scan() or another validator has accepted: 0 for one
/// that is too small, none for one that is too large.
std::optional<double> parse_number(std::string_view token) noexcept;

}  // namespace troupe::protocol::json
