#pragma once

#include <any>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <troupe/actors/caf.hpp>
#include <troupe/runtime/engine_response.hpp>
#include <troupe/transport/http.hpp>

namespace troupe::actors {
class incoming;
}

namespace troupe::runtime {

class http_peer;

/// The way to one shard from any thread; what holds it may outlive the shard.
class shard_gate {
 public:
  explicit shard_gate(caf::actor arm) : arm_(std::move(arm)) {}
  /// Hands `what` to the shard; drops it when the shard is no more.
  void send(std::shared_ptr<actors::incoming> what);
  void close();

 private:
  std::mutex mutex_;
  caf::actor arm_;
};

/// What a hook said.
struct hook_answer {
  enum class verdict : unsigned char { proceed, refuse, end };
  verdict how = verdict::proceed;
  std::string text;       ///< A message, an id, or a response's body.
  unsigned status = 200;  ///< Of a response.
  std::any context{};     ///< For the request, in place of what it has; empty: that stays.
};

/// One call of a user's hook, whose answer may come within the call, or later from any thread. The
/// request and what its response has so far are lent to the hook until it answers: then they are
/// the shard's again.
class hook_call final : public std::enable_shared_from_this<hook_call> {
 public:
  hook_call(std::shared_ptr<shard_gate> way_back, http_peer& asking,
            transport::http_request request, transport::header_fields fields);

  /// Any thread. The first counts.
  void answer(hook_answer how);

  // The shard's thread.
  /// The hook has returned. True: it has answered; false: it will, and the peer is told then.
  bool is_answered();
  /// No answer counts any more. False: there is one, and the peer will be told.
  bool give_up();
  /// The peer waits no more.
  void forget() noexcept { peer_ = nullptr; }
  http_peer* peer() const noexcept { return peer_; }
  hook_answer& answered() noexcept { return answer_; }

  transport::http_request request;
  engine_response response;

 private:
  enum class phase : unsigned char { calling, returned, answered };
  std::shared_ptr<shard_gate> way_back_;
  http_peer* peer_;  // The shard's.
  hook_answer answer_;
  std::atomic<bool> is_taken_{false};  // Answered, or given up.
  std::atomic<phase> phase_{phase::calling};
};

}  // namespace troupe::runtime
