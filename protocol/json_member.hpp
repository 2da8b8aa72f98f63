#pragma once

#include <string_view>

namespace troupe::protocol::json {

/// The value of `key` in an object, as it stands in the text, without space around; empty if there
/// is none. A repeated key's last value wins, as in JSON.parse. `object` is the text of an object
/// that scan() or another validator has accepted. Time linear in `object`, no allocation but for
/// keys with escapes.
std::string_view find_member(std::string_view object, std::string_view key);

}  // namespace troupe::protocol::json
