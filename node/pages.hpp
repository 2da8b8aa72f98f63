#pragma once

#include <optional>
#include <string>

#include <troupe/http.hpp>

namespace troupe_node {

/// The chat page at "/" and the browser client's files below `path`; nothing else.
std::optional<troupe::transport::http_response> serve_page(
    const troupe::transport::http_request& request, const std::string& path);

}  // namespace troupe_node
