#include <troupe/runtime/hook_call.hpp>

#include <troupe/actors/messages.hpp>
#include <troupe/runtime/http_peer.hpp>

namespace troupe::runtime {

namespace {

/// An answer on its way to the shard that waits for it.
class answered_hook final : public actors::incoming {
 public:
  explicit answered_hook(std::shared_ptr<hook_call> call) : call_(std::move(call)) {}
  void leave_for(unsigned) override {}
  void arrive(actors::shard_context&) override {
    if (http_peer* peer = call_->peer()) peer->resume();
  }

 private:
  std::shared_ptr<hook_call> call_;
};

}  // namespace

void shard_gate::send(std::shared_ptr<actors::incoming> what) {
  const std::lock_guard lock(mutex_);
  if (arm_) actors::tell(arm_, actors::adopt{std::move(what)});
}

void shard_gate::close() {
  const std::lock_guard lock(mutex_);
  arm_ = {};
}

hook_call::hook_call(std::shared_ptr<shard_gate> way_back, http_peer& asking,
                     transport::http_request lent, transport::header_fields fields)
    : request(std::move(lent)),
      response(*this, std::move(fields)),
      way_back_(std::move(way_back)),
      peer_(&asking) {}

void hook_call::answer(hook_answer how) {
  // Whoever raises it first may write the answer; the shard reads it once `phase_` says so.
  if (is_taken_.exchange(true, std::memory_order_acq_rel)) return;
  answer_ = std::move(how);
  if (phase_.exchange(phase::answered, std::memory_order_acq_rel) == phase::returned)
    way_back_->send(std::make_shared<answered_hook>(shared_from_this()));
}

bool hook_call::is_answered() {
  phase expected = phase::calling;
  return !phase_.compare_exchange_strong(expected, phase::returned, std::memory_order_acq_rel);
}

bool hook_call::give_up() {
  return !is_taken_.exchange(true, std::memory_order_acq_rel);
}

}  // namespace troupe::runtime
