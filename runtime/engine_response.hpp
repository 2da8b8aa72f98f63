#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <troupe/transport/http.hpp>

namespace troupe {

namespace runtime {
class hook_call;
}

/// The response to a request of Engine.IO's as a middleware sees it, with Express's verbs. It is
/// the middleware's until it calls `next` or end(), as long as it holds a copy of `next`; it must
/// not be used afterwards, nor by two threads at once. Values must not hold text of the client's.
class engine_response {
 public:
  engine_response(runtime::hook_call& call, transport::header_fields fields)
      : call_(call), fields_(std::move(fields)) {}
  engine_response(const engine_response&) = delete;
  engine_response& operator=(const engine_response&) = delete;

  /// The response will have this field, once; whatever answers the request, Engine.IO's own fields
  /// come besides. Of a WebSocket it is the 101.
  void set_header(std::string_view name, std::string value) { fields_.set(name, std::move(value)); }
  /// One more field of this name (Set-Cookie, Vary).
  void append_header(std::string name, std::string value) {
    fields_.add(std::move(name), std::move(value));
  }
  void remove_header(std::string_view name) { fields_.remove(name); }
  std::string_view header(std::string_view name) const noexcept { return fields_.find(name); }

  /// Answers the request; `next` must not be called. An upgrade request gets it as HTTP too, and
  /// its connection is closed.
  void end(unsigned status, std::string body = {});

  /// For the runtime.
  transport::header_fields& fields() noexcept { return fields_; }

 private:
  runtime::hook_call& call_;
  transport::header_fields fields_;
};

}  // namespace troupe
