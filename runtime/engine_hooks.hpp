#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include <troupe/actors/engine_session.hpp>
#include <troupe/runtime/connection_error.hpp>
#include <troupe/runtime/request_hooks.hpp>

namespace troupe {

using headers_listener =
    std::function<void(transport::header_fields&, const transport::http_request&)>;

/// What is registered on the engine: written before the server starts, only read afterwards.
struct engine_hooks {
  std::vector<engine_middleware> middlewares;
  id_hook generate_id;
  std::vector<std::function<void(engine_session&)>> connection;
  std::vector<std::function<void(const connection_error&)>> connection_error;
  std::vector<headers_listener> initial_headers;
  std::vector<headers_listener> headers;
  std::atomic<bool> is_sealed{false};  ///< The server has started.
};

}  // namespace troupe
