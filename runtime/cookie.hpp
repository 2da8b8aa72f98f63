#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

enum class same_site : unsigned char { unset, strict, lax, none };

/// A cookie with the session's id, for balancers that keep a client at one server by it; nothing
/// reads it here. Names and defaults are the reference's. `name` is a token (RFC 6265, section
/// 4.1.1), `domain` a host name, `path` without `;` and control characters: others make the
/// server's construction throw std::invalid_argument.
struct cookie_options {
  std::string name = "io";
  std::string path = "/";  ///< Empty: none is given.
  bool http_only = true;
  troupe::same_site same_site = troupe::same_site::lax;
  std::string domain{};                           ///< Empty: none is given.
  std::optional<std::chrono::seconds> max_age{};  ///< None: until the browser ends.
  std::optional<std::chrono::system_clock::time_point> expires{};
  bool secure = false;
};

namespace runtime {

/// Throws std::invalid_argument for what a cookie cannot have.
void check(const cookie_options& options);
/// The value of Set-Cookie: `io=SID; Path=/; HttpOnly; SameSite=Lax`.
std::string set_cookie(const cookie_options& options, std::string_view sid);

}  // namespace runtime
}  // namespace troupe
