#include <troupe/transport/readiness.hpp>

#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <utility>

namespace troupe::transport {

namespace {

using boost::system::error_code;

// Output only once somebody waits for it: most sockets never are full.
constexpr std::uint32_t input_events = EPOLLIN | EPOLLRDHUP | EPOLLET;

error_code last_error() noexcept {
  return {errno, boost::system::system_category()};
}

epoll_event event_of(std::uint32_t events, readiness::ticket which) noexcept {
  epoll_event made{};
  made.events = events;
  made.data.u64 = std::uint64_t{which.generation} << 32 | which.place;
  return made;
}

readiness::ticket ticket_of(const epoll_event& event) noexcept {
  return {static_cast<std::uint32_t>(event.data.u64),
          static_cast<std::uint32_t>(event.data.u64 >> 32)};
}

}  // namespace

boost::asio::io_context::id readiness::id;

readiness& readiness::of(boost::asio::io_context& loop) {
  return boost::asio::use_service<readiness>(loop);
}

readiness::readiness(boost::asio::io_context& loop)
    : boost::asio::io_context::service(loop), loop_(loop), set_(loop) {
  const int made = ::epoll_create1(EPOLL_CLOEXEC);
  if (made < 0) throw boost::system::system_error(last_error(), "epoll");
  error_code failure;
  set_.assign(made, failure);
  if (!failure) return;
  ::close(made);
  throw boost::system::system_error(failure, "epoll");
}

readiness::~readiness() = default;

void readiness::shutdown() {
  error_code ignored;
  set_.close(ignored);
}

readiness::ticket readiness::add(int descriptor, member& who, error_code& failure) {
  if (first_free_ == places_.size()) places_.push_back({nullptr, 0, first_free_ + 1});
  watch_set();
  place& taken = places_[first_free_];
  const ticket made{first_free_, taken.generation};
  epoll_event event = event_of(input_events, made);
  if (::epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0)
    failure = last_error();
  first_free_ = taken.next_free;
  taken.who = &who;
  ++members_;
  return made;
}

// It goes to the end of the kernel's queue of those that are ready: one that always has more to be
// read has its turn as the others have.
void readiness::watch(int descriptor, ticket which, bool output) {
  epoll_event event = event_of(output ? input_events | EPOLLOUT : input_events, which);
  if (::epoll_ctl(set_.native_handle(), EPOLL_CTL_MOD, descriptor, &event) == 0) return;
  broken_.push_back(which);
  wait();
}

void readiness::remove(int descriptor, ticket which, bool stays_open) noexcept {
  // Closing takes it out as well, unless another process has the same; such events find nobody.
  epoll_event ignored{};
  if (stays_open) ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, descriptor, &ignored);
  place& left = places_[which.place];
  left.who = nullptr;
  ++left.generation;
  left.next_free = std::exchange(first_free_, which.place);
  if (--members_ > 0 || !is_waiting_) return;
  error_code failure;  // With nobody left, the loop has nothing to wait for.
  set_.cancel(failure);
}

// What is left is told first, then the set is watched again.
void readiness::wait() {
  if (is_posted_) return;
  if (told_ == came_count_ && broken_.empty()) {
    if (members_ > 0) watch_set();
    return;
  }
  boost::asio::post(loop_, [this] { tell_some(); });
  is_posted_ = true;
}

void readiness::watch_set() {
  if (is_posted_ || is_waiting_) return;
  set_.async_wait(set_.wait_read, [this](error_code failure) {
    is_waiting_ = false;
    failure ? wait() : take();
  });
  is_waiting_ = true;
}

void readiness::take() {
  if (is_posted_) return;
  const int size = static_cast<int>(came_.size());
  const int count = ::epoll_wait(set_.native_handle(), came_.data(), size, 0);
  told_ = 0;
  came_count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  tell_some();
}

void readiness::tell_some() {
  is_posted_ = true;  // Until this has ended, nobody asks for another.
  try {
    tell_piece();
  } catch (...) {
    is_posted_ = false;
    wait();
    throw;
  }
  is_posted_ = false;
  wait();
}

void readiness::tell_piece() {
  using clock = std::chrono::steady_clock;
  bytes_read_ = 0;
  std::size_t left = events_at_once_max;
  const auto until = clock::now() + time_at_once_max;
  const auto may_go_on = [&] {
    return --left > 0 && bytes_read_ < bytes_at_once_max && clock::now() < until;
  };
  do {
    if (!broken_.empty()) {
      const ticket first = broken_.front();
      broken_.pop_front();
      tell(first, EPOLLHUP);
    } else if (told_ < came_count_) {
      const epoll_event& next = came_[told_++];
      tell(ticket_of(next), next.events);
    } else {
      return;
    }
  } while (may_go_on());
}

void readiness::tell(ticket which, std::uint32_t events) {
  constexpr std::uint32_t broken = EPOLLERR | EPOLLHUP;
  member* who = find(which);
  if (who != nullptr && (events & (EPOLLIN | EPOLLRDHUP | broken)) != 0) who->input_came(events);
  who = find(which);
  if (who != nullptr && (events & (EPOLLOUT | broken)) != 0) who->output_came();
}

readiness::member* readiness::find(ticket which) const noexcept {
  const place& named = places_[which.place];
  return named.generation == which.generation ? named.who : nullptr;
}

}  // namespace troupe::transport
