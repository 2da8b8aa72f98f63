#pragma once

#include <functional>
#include <optional>
#include <string>

#include <troupe/http.hpp>

namespace troupe_node {

/// Serves the chat page at "/", told where the Socket.IO endpoint is, and the browser client's
/// files below `endpoint` ("/socket.io"); nothing else.
std::function<
    std::optional<troupe::transport::http_response>(const troupe::transport::http_request&)>
chat_page(const std::string& endpoint);

}  // namespace troupe_node
