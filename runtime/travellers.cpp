#include <troupe/runtime/travellers.hpp>

#include <troupe/runtime/shard.hpp>

namespace troupe::runtime {

// A stream that cannot move (the descriptor table is full, say) is closed.
void new_connection::leave_for(unsigned shard) {
  if (bytes_->move_to(*loops_[shard])) bytes_.reset();
}

void new_connection::arrive(actors::shard_context& at) {
  if (bytes_ != nullptr) static_cast<class shard&>(at).adopt(std::move(bytes_));
}

void moved_request::leave_for(unsigned shard) {
  if (bytes_->move_to(*loops_[shard])) bytes_.reset();
}

void moved_request::arrive(actors::shard_context& at) {
  if (bytes_ != nullptr)
    static_cast<class shard&>(at).adopt(std::move(bytes_), std::move(unread_), std::move(what_));
}

}  // namespace troupe::runtime
