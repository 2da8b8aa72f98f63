#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol::engineio {

/// Wraps a polling payload for a page that loads it as a script: `___eio[3]("...");`. `index` is
/// the client's `j`; only its digits are used. Valid JavaScript in every edition: U+2028 and U+2029
/// are escaped too. Never throws but for memory. Source: the reference's polling-jsonp transport.
std::string jsonp_response(std::string_view index, std::string_view payload);

/// The payload in the form field `d` of a POST's body (application/x-www-form-urlencoded), with
/// line ends as the client escaped them: `\n` is a line feed, `\\n` a backslash and an n. None if
/// there is not exactly one such field (the reference does nothing then), or over 256 of any name.
std::optional<std::string> jsonp_payload(std::string_view body);

}  // namespace troupe::protocol::engineio
