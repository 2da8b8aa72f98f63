#include <troupe/runtime/cors.hpp>

#include <algorithm>

namespace troupe::runtime {

namespace {

/// What a client names is only repeated if it is a list of header names, or an origin.
bool is_harmless(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.:/[], ").find(c) != std::string_view::npos;
  });
}

void add_origin(const cors_options& options, const transport::http_request& request,
                transport::header_fields& fields) {
  const auto& origins = options.origins;
  if (std::find(origins.begin(), origins.end(), "*") != origins.end()) {
    fields.add("Access-Control-Allow-Origin", "*");
  } else {
    const std::string_view origin = request.fields.find("Origin");
    if (std::find(origins.begin(), origins.end(), origin) != origins.end())
      fields.add("Access-Control-Allow-Origin", std::string(origin));
    fields.add("Vary", "Origin");
  }
  if (options.credentials) fields.add("Access-Control-Allow-Credentials", "true");
}

}  // namespace

void add_cors_headers(const cors_options& options, const transport::http_request& request,
                      transport::header_fields& fields) {
  add_origin(options, request, fields);
  if (!options.exposed_headers.empty())
    fields.add("Access-Control-Expose-Headers", options.exposed_headers);
}

transport::http_response answer_preflight(const cors_options& options,
                                          const transport::http_request& request) {
  transport::http_response response;
  response.status = 204;
  add_origin(options, request, response.fields);
  response.fields.add("Access-Control-Allow-Methods", options.methods);
  if (!options.allowed_headers.empty()) {
    response.fields.add("Access-Control-Allow-Headers", options.allowed_headers);
  } else {
    const std::string_view asked = request.fields.find("Access-Control-Request-Headers");
    response.fields.add("Vary", "Access-Control-Request-Headers");
    if (!asked.empty() && is_harmless(asked))
      response.fields.add("Access-Control-Allow-Headers", std::string(asked));
  }
  if (options.max_age)
    response.fields.add("Access-Control-Max-Age", std::to_string(options.max_age->count()));
  if (!options.exposed_headers.empty())
    response.fields.add("Access-Control-Expose-Headers", options.exposed_headers);
  return response;
}

}  // namespace troupe::runtime
