#include <troupe/transport/socket_stream.hpp>

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
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

socket_stream::socket_stream(boost::asio::io_context& loop, int descriptor,
                             std::string remote_address)
    : loop_(&loop), descriptor_(descriptor), remote_address_(std::move(remote_address)) {}

socket_stream::~socket_stream() {
  close();
}

result<std::size_t> socket_stream::read_some(std::span<char> into) noexcept {
  if (descriptor_ < 0) return error_code(boost::asio::error::bad_descriptor);
  for (;;) {
    const ssize_t got = ::recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) {
      const auto size = static_cast<std::size_t>(got);
      // What comes behind a short read is told of anew, an end that has been told of is not.
      if (size < into.size() && !has_end_) has_input_ = false;
      if (told_by_ != nullptr) told_by_->count(size);
      return size;
    }
    if (got == 0) return error_code(boost::asio::error::eof);
    if (errno == EINTR) continue;
    const error_code failure = last_error();
    if (failure == boost::asio::error::would_block) has_input_ = false;
    return failure;
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
  if (descriptor_ < 0 || reading_) return;
  attach();
  if (has_input_) told_by_->watch(descriptor_, ticket_, writing_);
  reading_ = true;
}

void socket_stream::arm_writable() {
  if (descriptor_ < 0 || writing_) return;
  attach();
  told_by_->watch(descriptor_, ticket_, true);
  writing_ = true;
}

void socket_stream::input_came(std::uint32_t events) {
  has_input_ = true;
  has_end_ = has_end_ || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (std::exchange(reading_, false) && observer_ != nullptr) observer_->on_readable();
}

void socket_stream::output_came() {
  if (std::exchange(writing_, false) && observer_ != nullptr) observer_->on_writable();
}

void socket_stream::attach() {
  if (told_by_ != nullptr) return;
  readiness& by = readiness::of(*loop_);
  error_code failure;
  ticket_ = by.add(descriptor_, *this, failure);
  told_by_ = &by;
  if (!failure) return;
  // No more descriptors can be watched: let the observer find the end of the connection.
  ::shutdown(descriptor_, SHUT_RDWR);
  has_input_ = has_end_ = true;
}

void socket_stream::detach(bool stays_open) noexcept {
  if (told_by_ != nullptr)
    std::exchange(told_by_, nullptr)->remove(descriptor_, ticket_, stays_open);
  reading_ = writing_ = has_input_ = has_end_ = false;
}

error_code socket_stream::move_to(boost::asio::io_context& loop) {
  if (descriptor_ < 0) return boost::asio::error::bad_descriptor;
  detach(true);
  loop_ = &loop;
  return {};
}

void socket_stream::shutdown_send() noexcept {
  if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_WR);
}

void socket_stream::close() noexcept {
  if (descriptor_ < 0) return;
  detach(false);
  ::close(std::exchange(descriptor_, -1));
}

void socket_stream::reset() noexcept {
  if (descriptor_ < 0) return;
  const linger drop{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
  close();
}

}  // namespace troupe::transport
