#pragma once

#include <any>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <troupe/runtime/engine_response.hpp>
#include <troupe/transport/http.hpp>

namespace troupe {

/// How a hook answers, within its call or later, from any thread. Copyable; the first answer
/// counts, later ones and those that come when the client is gone are ignored. Without an answer
/// within options::http_hook_timeout the request gets 503.
class hook_reply {
 public:
  explicit hook_reply(std::shared_ptr<runtime::hook_call> call) noexcept : call_(std::move(call)) {}

 protected:
  void proceed(std::string text, std::any context = {}) const;
  void refuse(std::string message) const;

 private:
  std::shared_ptr<runtime::hook_call> call_;
};

// What a hook finds out about a request (a session, a user) it may hand on with its answer: later
// hooks read it as `request.context`, the sockets of the session that the request opens as
// `handshake().client.context`. One value a request: who adds to another's hands both on. It is
// copied, and destroyed on any thread; what sockets are to change goes behind a shared_ptr.

/// Lets a client in, or not; see options::allow_request.
class admission : public hook_reply {
 public:
  using hook_reply::hook_reply;
  void accept(std::any context = {}) const { proceed({}, std::move(context)); }
  /// 403 with Engine.IO's code 4; the client is told `message`.
  void refuse(std::string message = "Forbidden") const { hook_reply::refuse(std::move(message)); }
};

/// Passed to a middleware of the engine's: goes on to the next one, and at last to Engine.IO.
class engine_next : public hook_reply {
 public:
  using hook_reply::hook_reply;
  void operator()() const { proceed({}); }
  /// The same, and `context` is the request's from now on, in place of what it had.
  void with(std::any context) const { proceed({}, std::move(context)); }
  /// 400 with Engine.IO's code 3 ("Bad request").
  void fail() const { refuse({}); }
};

/// Gives a session its id; see engine::generate_id.
class id_reply : public hook_reply {
 public:
  using hook_reply::hook_reply;
  void operator()(std::string id) const { proceed(std::move(id)); }
  /// 400 with Engine.IO's code 3.
  void fail() const { refuse({}); }
};

/// Hooks run on the thread of the shard that has the request, those of different shards at the same
/// time: they must not block. The request is theirs to read until they answer. One that throws
/// costs its request a 500.
using allow_request_hook = std::function<void(const transport::http_request&, admission)>;
using engine_middleware =
    std::function<void(const transport::http_request&, engine_response&, engine_next)>;
using id_hook = std::function<void(const transport::http_request&, id_reply)>;

}  // namespace troupe
