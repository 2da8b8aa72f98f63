#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <troupe/runtime/origin_rule.hpp>
#include <troupe/transport/http.hpp>

namespace troupe {

/// Cross-origin resource sharing, as npm's `cors` package does it for the reference, with its
/// names and defaults. It only tells browsers what their pages may read: it refuses nobody, and
/// WebSockets are not subject to it. `options::allowed_origins` refuses.
struct cors_options {
  /// One origin is named in every answer, whoever asks; with `true`, a list, a pattern or a
  /// function the request's own is repeated where the rule means it. `false`: CORS is off.
  origin_rule origin = "*";
  std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE";
  /// Empty: what the preflight asks for is allowed.
  std::string allowed_headers{};
  std::string exposed_headers{};
  bool credentials = false;
  std::optional<std::chrono::seconds> max_age{};
  /// OPTIONS gets the headers and goes on to the middlewares and to Engine.IO, which refuses it.
  bool preflight_continue = false;
  unsigned options_success_status = 204;
};

namespace runtime {

/// Adds to `fields` what the answer to `request` is to say. True: `request` is a preflight, to be
/// answered with options_success_status and nothing else. Throws what a function of the user's
/// throws.
bool apply_cors(const cors_options& options, const transport::http_request& request,
                transport::header_fields& fields);

}  // namespace runtime
}  // namespace troupe
