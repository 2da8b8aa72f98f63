#include <troupe/transport/socket_stream.hpp>

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <utility>

namespace troupe::transport {

namespace {

using boost::system::error_code;

constexpr std::size_t pieces_max = 64;

error_code last_error() noexcept {
  if (errno == EAGAIN || errno == EWOULDBLOCK) return boost::asio::error::would_block;
  return {errno, boost::system::system_category()};
}

}  // namespace

socket_stream::socket_stream(boost::asio::io_context& loop, int descriptor, int family,
                             std::string remote_address)
    : loop_(&loop),
      descriptor_(descriptor),
      family_(family),
      remote_address_(std::move(remote_address)) {}

socket_stream::~socket_stream() {
  close();
}

result<std::size_t> socket_stream::read_some(std::span<char> into) noexcept {
  if (descriptor_ < 0) return error_code(boost::asio::error::bad_descriptor);
  for (;;) {
    const ssize_t got = ::recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0) return error_code(boost::asio::error::eof);
    if (errno != EINTR) return last_error();
  }
}

namespace {

// The usual case: one run of bytes needs no vector for the kernel to read.
result<std::size_t> send_one(int descriptor, const boost::asio::const_buffer& piece) noexcept {
  for (;;) {
    const ssize_t sent =
        ::send(descriptor, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno != EINTR) return last_error();
  }
}

}  // namespace

result<std::size_t> socket_stream::write_some(
    std::span<const boost::asio::const_buffer> pieces) noexcept {
  if (descriptor_ < 0) return error_code(boost::asio::error::bad_descriptor);
  if (pieces.size() == 1) return send_one(descriptor_, pieces.front());
  std::array<iovec, pieces_max> vectors;
  const std::size_t count = std::min(pieces.size(), pieces_max);
  for (std::size_t i = 0; i < count; ++i)
    vectors[i] = {const_cast<void*>(pieces[i].data()), pieces[i].size()};
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t sent = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno != EINTR) return last_error();
  }
}

void socket_stream::arm_readable() {
  if (descriptor_ < 0 || std::exchange(reading_, true)) return;
  const bool attached = attach();
  auto ready = [to = link_](boost::system::error_code) {
    if (!to->target) return;
    to->target->reading_ = false;
    if (to->target->observer_) to->target->observer_->on_readable();
  };
  if (attached)
    socket_->async_wait(socket::wait_read, std::move(ready));
  else
    boost::asio::post(*loop_, [ready = std::move(ready)] { ready({}); });
}

void socket_stream::arm_writable() {
  if (descriptor_ < 0 || std::exchange(writing_, true)) return;
  const bool attached = attach();
  auto ready = [to = link_](boost::system::error_code) {
    if (!to->target) return;
    to->target->writing_ = false;
    if (to->target->observer_) to->target->observer_->on_writable();
  };
  if (attached)
    socket_->async_wait(socket::wait_write, std::move(ready));
  else
    boost::asio::post(*loop_, [ready = std::move(ready)] { ready({}); });
}

bool socket_stream::attach() {
  if (!link_) link_ = std::make_shared<link>(link{this});
  if (socket_) return true;
  socket_.emplace(*loop_);
  boost::system::error_code failure;
  socket_->assign(boost::asio::generic::stream_protocol(family_, 0), descriptor_, failure);
  if (!failure) return true;
  // The reactor takes no more descriptors. Nothing could ever be waited for: let the observer
  // find the end of the connection.
  socket_.reset();
  ::shutdown(descriptor_, SHUT_RDWR);
  return false;
}

void socket_stream::cut() noexcept {
  if (link_) link_->target = nullptr;
  link_.reset();
  reading_ = writing_ = false;
}

boost::system::error_code socket_stream::move_to(boost::asio::io_context& loop) {
  if (descriptor_ < 0) return boost::asio::error::bad_descriptor;
  cut();
  if (socket_) {
    boost::system::error_code failure;
    socket_->release(failure);
    if (failure) return failure;
    socket_.reset();
  }
  loop_ = &loop;
  return {};
}

void socket_stream::shutdown_send() noexcept {
  if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_WR);
}

void socket_stream::close() noexcept {
  cut();
  if (descriptor_ < 0) return;
  if (socket_) {
    boost::system::error_code ignored;
    socket_->close(ignored);
    socket_.reset();
  } else {
    ::close(descriptor_);
  }
  descriptor_ = -1;
}

void socket_stream::reset() noexcept {
  if (descriptor_ < 0) return;
  const linger drop{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
  close();
}

}  // namespace troupe::transport
