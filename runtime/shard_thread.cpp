#include <troupe/runtime/shard_thread.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include <troupe/transport/readiness.hpp>

namespace troupe::runtime {

namespace {

constexpr std::size_t handlers_per_turn_max = 256;
// A handler may read 128 KiB: a few clients that send without end must not keep the answers to the
// others waiting for all that fits into the bound above.
constexpr std::chrono::milliseconds reading_time_max{1};
constexpr std::size_t jobs_per_turn_max = 4096;
constexpr std::size_t messages_per_job_max = 128;
// Before a flush to many sessions the reactor is asked for a little longer whether more messages
// are just arriving: they join the flush, whose cost is the calls, not the bytes.
constexpr std::size_t lazy_flush_sessions = 100;
constexpr std::chrono::nanoseconds lazy_flush_per_session{50};

thread_local const loop_unit* here = nullptr;

}  // namespace

loop_unit::~loop_unit() {
  if (here == this) here = nullptr;
}

void loop_unit::attach() noexcept {
  here = this;
}

void loop_unit::submit(caf::resumable* job) {
  if (here == this) {
    ready_.push_back(job);
    return;
  }
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = inbox_.empty();
    inbox_.push_back(job);
  }
  if (was_empty) boost::asio::post(loop_, [] {});  // Ends the reactor's sleep.
}

void loop_unit::take_inbox() {
  {
    const std::lock_guard lock(mutex_);
    taken_.swap(inbox_);
  }
  ready_.insert(ready_.end(), taken_.begin(), taken_.end());
  taken_.clear();
}

bool loop_unit::has_work() {
  if (!ready_.empty()) return true;
  const std::lock_guard lock(mutex_);
  return !inbox_.empty();
}

void loop_unit::run_some(std::size_t jobs, std::size_t messages) {
  take_inbox();
  for (std::size_t i = 0; i < jobs && !ready_.empty(); ++i) {
    caf::resumable* job = ready_.front();
    ready_.pop_front();
    if (!run(job, messages)) ready_.push_back(job);
  }
}

bool loop_unit::run_aside() {
  if (!has_work()) return false;
  const loop_unit* const before = std::exchange(here, this);
  run_some(jobs_per_turn_max, messages_per_job_max);
  here = before;
  return true;
}

shard_thread::shard_thread(shard& served, loop_unit& unit, boost::asio::io_context& loop)
    : shard_(served), unit_(unit), loop_(loop) {
  transport::readiness::of(loop);  // Now, and not when the first client is there.
}

void shard_thread::run() {
  unit_.attach();
  const auto guard = boost::asio::make_work_guard(loop_);
  while (!stopping_.load(std::memory_order_acquire)) turn();
  shard_.ensure_shut_down();
  // What the actors still have to say to each other, and the last bytes: who is slow to read them
  // is reset when the server's close timeout or the connection's own is over.
  while (unit_.has_work() || !shard_.is_quiet()) turn();
  shard_.drop_idle_peers();
  turn();
}

void shard_thread::stop() {
  stopping_.store(true, std::memory_order_release);
  boost::asio::post(loop_, [] {});
}

void shard_thread::turn() {
  wait();
  shard_.tick();
  shard_.expire();
  unit_.run_some(jobs_per_turn_max, messages_per_job_max);
  if (shard_.dirty_count() > lazy_flush_sessions) read_more();
  shard_.flush();
  shard_.sweep();
}

void shard_thread::wait() {
  const bool is_over = stopping_.load(std::memory_order_acquire) && shard_.is_quiet();
  if (!unit_.has_work() && !is_over) {
    const time_point due = shard_.next_deadline();
    // The reactor's wait is bounded: an unbounded one would take another clock's far end for now.
    const auto longest = shard_.now() + std::chrono::minutes(1);
    shard_.forget_time();
    loop_.run_one_until(std::min(due, longest));
  }
  shard_.tick();
  const time_point until = shard_.now() + reading_time_max;
  for (std::size_t i = 0; i < handlers_per_turn_max && loop_.poll_one() != 0; ++i) {
    if (shard_.clock_time() >= until) break;
  }
}

void shard_thread::read_more() {
  const time_point until = shard_.clock_time() + lazy_flush_per_session * shard_.dirty_count();
  for (std::size_t i = 0; i < handlers_per_turn_max; ++i) {
    const bool came = loop_.poll_one() != 0;
    if (came || unit_.has_work()) unit_.run_some(jobs_per_turn_max, messages_per_job_max);
    if (shard_.clock_time() >= until) return;
  }
}

}  // namespace troupe::runtime
