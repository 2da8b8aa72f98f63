#include <troupe/runtime/timers.hpp>

namespace troupe::runtime {

timer::~timer() {
  if (position_ != nowhere) queue_->cancel(*this);
}

void timers::schedule(timer& which, time_point due) {
  if (due == time_point::max()) return cancel(which);
  which.queue_ = this;
  which.due_ = due;
  if (which.position_ == timer::nowhere) {
    heap_.push_back(&which);
    which.position_ = heap_.size() - 1;
  }
  rise(which.position_);
  sink(which.position_);
}

void timers::schedule_by(timer& which, time_point due) {
  if (which.position_ != timer::nowhere && which.due_ <= due) return;
  schedule(which, due);
}

void timers::cancel(timer& which) noexcept {
  const std::size_t hole = which.position_;
  if (hole == timer::nowhere) return;
  which.position_ = timer::nowhere;
  timer* last = heap_.back();
  heap_.pop_back();
  if (last == &which) return;
  put(hole, last);
  rise(hole);
  sink(last->position_);
}

time_point timers::next() const noexcept {
  return heap_.empty() ? time_point::max() : heap_.front()->due_;
}

void timers::expire(time_point now) {
  // A timer that schedules itself for `now` again waits for the next call: bounded work.
  for (std::size_t left = heap_.size(); left > 0 && !heap_.empty(); --left) {
    timer& first = *heap_.front();
    if (first.due_ > now) return;
    cancel(first);
    first.expired(now);
  }
}

void timers::put(std::size_t position, timer* which) noexcept {
  heap_[position] = which;
  which->position_ = position;
}

void timers::rise(std::size_t position) noexcept {
  timer* which = heap_[position];
  while (position > 0) {
    const std::size_t parent = (position - 1) / 4;
    if (heap_[parent]->due_ <= which->due_) break;
    put(position, heap_[parent]);
    position = parent;
  }
  put(position, which);
}

void timers::sink(std::size_t position) noexcept {
  timer* which = heap_[position];
  for (;;) {
    const std::size_t first = position * 4 + 1;
    if (first >= heap_.size()) break;
    std::size_t least = first;
    for (std::size_t child = first + 1; child < first + 4 && child < heap_.size(); ++child)
      if (heap_[child]->due_ < heap_[least]->due_) least = child;
    if (which->due_ <= heap_[least]->due_) break;
    put(position, heap_[least]);
    position = least;
  }
  put(position, which);
}

}  // namespace troupe::runtime
