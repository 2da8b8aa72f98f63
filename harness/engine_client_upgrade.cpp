#include <troupe/harness/client_frames.hpp>
#include <troupe/harness/engine_client.hpp>

// The client's side of the upgrade: from the answered probe on.

namespace troupe::harness {

void engine_client::on_probe_answer() {
  if (faults_.strikes(fault::lost_probe)) {
    beside_.push_back(std::exchange(websocket_, nullptr));
    upgrade_ = upgrade::none;
    return;
  }
  if (faults_.strikes(fault::close_in_upgrade)) return fail("transport error");
  upgrade_ = upgrade::pausing;
  if (!faults_.strikes(fault::upgrade_race)) return;
  raced_ = true;  // Does not wait for its requests.
  get_pending_ = post_pending_ = false;
  if (get_ != nullptr) beside_.push_back(std::exchange(get_, nullptr));
  if (post_ != nullptr) beside_.push_back(std::exchange(post_, nullptr));
}

bool engine_client::finish_upgrade() {
  if (upgrade_ != upgrade::pausing || get_pending_ || post_pending_ || phase_ != phase::open)
    return false;
  frame(frames::text, "5");
  upgrade_ = upgrade::done;
  get_.reset();
  post_.reset();
  write_all();
  return true;
}

void engine_client::end_probe() {
  websocket_.reset();
  const bool was_pausing = upgrade_ == upgrade::pausing;
  upgrade_ = upgrade::none;
  if (was_pausing && !get_pending_) get();
  if (phase_ == phase::open) write_all();
}

}  // namespace troupe::harness
