#include "reactor.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "fail.hpp"

namespace load {

namespace {
constexpr int events_per_wait_max = 512;
}

reactor::reactor() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) fail("no epoll");
}

reactor::~reactor() {
  ::close(epoll_);
}

void reactor::add(int descriptor, owner& who) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &who;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("no room in the epoll");
}

void reactor::wait(time_point latest) {
  const auto left = std::max(latest - clock::now(), clock::duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  timespec timeout{};
  timeout.tv_sec = seconds.count();
  timeout.tv_nsec = std::chrono::nanoseconds(left - seconds).count();
  epoll_event events[events_per_wait_max];
  const int ready = epoll_pwait2(epoll_, events, events_per_wait_max, &timeout, nullptr);
  if (ready < 0 && errno != EINTR) fail("cannot wait");
  for (int i = 0; i < ready; ++i)
    static_cast<owner*>(events[i].data.ptr)
        ->on_ready((events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
}

}  // namespace load
