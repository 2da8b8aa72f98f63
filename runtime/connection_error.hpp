#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/protocol/engineio/request.hpp>
#include <troupe/transport/http.hpp>

namespace troupe {

using error_context = std::vector<std::pair<std::string, std::string>>;

/// A request that Engine.IO refused, as the reference's "connection_error" tells it. Valid for the
/// call. The request and what `context` repeats of it are the client's own words.
struct connection_error {
  const transport::http_request& request;
  /// 0 transport unknown, 1 session unknown, 2 bad handshake method, 3 bad request, 4 forbidden,
  /// 5 unsupported protocol version.
  int code;
  std::string_view message;  ///< "Transport unknown", ...
  /// What was wrong, by the reference's names: `transport`; `sid`; `method`; `name` (for code 3:
  /// INVALID_ORIGIN, TRANSPORT_MISMATCH, TRANSPORT_HANDSHAKE_ERROR, PROTOCOL_MISMATCH,
  /// MIDDLEWARE_FAILURE, ID_GENERATION_ERROR); `message` (what allow_request said); `protocol`.
  error_context context;

  /// The value under `name` in `context`; empty if there is none.
  std::string_view find(std::string_view name) const noexcept;
};

namespace runtime {

/// The context of a refusal by protocol::engineio::check, or after it.
error_context context_of(protocol::engineio::request_errc code,
                         const protocol::engineio::request_facts& facts);

}  // namespace runtime
}  // namespace troupe
