#include <troupe/actors/ack_callback.hpp>

#include <troupe/actors/connection_actor.hpp>

namespace troupe::detail {

void note_mismatched_ack(const mismatch& wrong) {
  actors::connection_actor* const here = actors::connection_actor::current();
  if (here == nullptr) return;
  here->home().count().arguments_mismatched.add();
  here->home().shared().log(log_level::warning, "answer to an ack: " + text_of(wrong));
}

}  // namespace troupe::detail
