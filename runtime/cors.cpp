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

void add_origin(const origin_rule& rule, std::string_view asking,
                transport::header_fields& fields) {
  constexpr const char* name = "Access-Control-Allow-Origin";
  if (rule.is_any()) return fields.add(name, "*");
  if (const std::string* single = rule.single())
    fields.add(name, *single);
  else if (rule.allows(asking) && is_harmless(asking))
    fields.add(name, std::string(asking));
  fields.add("Vary", "Origin");
}

void add_allowed_headers(const cors_options& options, const transport::http_request& request,
                         transport::header_fields& fields) {
  constexpr const char* name = "Access-Control-Allow-Headers";
  if (!options.allowed_headers.empty()) return fields.add(name, options.allowed_headers);
  const std::string_view asked = request.fields.find("Access-Control-Request-Headers");
  fields.add("Vary", "Access-Control-Request-Headers");
  if (!asked.empty() && is_harmless(asked)) fields.add(name, std::string(asked));
}

}  // namespace

bool apply_cors(const cors_options& options, const transport::http_request& request,
                transport::header_fields& fields) {
  if (options.origin.is_none()) return false;
  const bool is_preflight = request.method == "OPTIONS";
  add_origin(options.origin, request.fields.find("Origin"), fields);
  if (options.credentials) fields.add("Access-Control-Allow-Credentials", "true");
  if (is_preflight) {
    if (!options.methods.empty()) fields.add("Access-Control-Allow-Methods", options.methods);
    add_allowed_headers(options, request, fields);
    if (options.max_age)
      fields.add("Access-Control-Max-Age", std::to_string(options.max_age->count()));
  }
  if (!options.exposed_headers.empty())
    fields.add("Access-Control-Expose-Headers", options.exposed_headers);
  return is_preflight && !options.preflight_continue;
}

}  // namespace troupe::runtime
