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

void readiness::watch_output(int descriptor, ticket which) {
  epoll_event event = event_of(input_events | EPOLLOUT, which);
  if (::epoll_ctl(set_.native_handle(), EPOLL_CTL_MOD, descriptor, &event) != 0)
    again(which, EPOLLHUP);
}

void readiness::again(ticket which, std::uint32_t events) {
  again_.push_back(event_of(events, which));
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
  if (told_ == came_count_ && again_.empty()) {
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
  bytes_read_ = 0;
  std::size_t left = events_at_once_max;
  const auto may_go_on = [&] { return left-- > 0 && bytes_read_ < bytes_at_once_max; };
  while (told_ < came_count_ && may_go_on()) tell(came_[told_++]);
  // What is asked for meanwhile is behind those that wait.
  for (std::size_t i = again_.size(); i > 0 && told_ == came_count_ && may_go_on(); --i) {
    const epoll_event first = again_.front();
    again_.pop_front();
    tell(first);
  }
}

void readiness::tell(const epoll_event& what) {
  constexpr std::uint32_t broken = EPOLLERR | EPOLLHUP;
  const std::uint64_t name = what.data.u64;
  member* who = find(name);
  if (who != nullptr && (what.events & (EPOLLIN | EPOLLRDHUP | broken)) != 0)
    who->input_came(what.events);
  who = find(name);
  if (who != nullptr && (what.events & (EPOLLOUT | broken)) != 0) who->output_came();
}

readiness::member* readiness::find(std::uint64_t name) const noexcept {
  const place& named = places_[static_cast<std::uint32_t>(name)];
  return named.generation == static_cast<std::uint32_t>(name >> 32) ? named.who : nullptr;
}

}  // namespace troupe::transport
