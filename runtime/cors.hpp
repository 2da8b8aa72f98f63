#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <troupe/transport/http.hpp>

namespace troupe {

/// Cross-origin resource sharing, as the `cors` package of npm does it for the reference. It only
/// tells browsers what they may read: it refuses nobody, and WebSockets are not subject to it.
struct cors_options {
  /// "*", or origins as browsers send them ("https://example.org").
  std::vector<std::string> origins{"*"};
  std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE";
  /// Empty: what the preflight asks for is allowed.
  std::string allowed_headers;
  std::string exposed_headers;
  bool credentials = false;
  std::optional<std::chrono::seconds> max_age;
};

namespace runtime {

/// Adds the response headers for a request that is not a preflight.
void add_cors_headers(const cors_options& options, const transport::http_request& request,
                      transport::header_fields& fields);
/// The answer to an OPTIONS request: 204.
transport::http_response answer_preflight(const cors_options& options,
                                          const transport::http_request& request);

}  // namespace runtime
}  // namespace troupe
