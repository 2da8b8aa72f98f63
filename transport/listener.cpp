#include <troupe/transport/listener.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <mutex>
#include <utility>

#include <troupe/transport/socket_opening.hpp>
#include <troupe/transport/socket_stream.hpp>

namespace troupe::transport {

namespace {

using boost::asio::generic::stream_protocol;
using boost::system::error_code;
using acceptor =
    boost::asio::basic_socket_acceptor<stream_protocol, boost::asio::io_context::executor_type>;
using timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>,
                                                boost::asio::io_context::executor_type>;

// Connections accepted per wake-up, so that a burst of them does not starve the others' input.
constexpr int accepts_per_turn_max = 64;

// Out of descriptors or memory, or broken: trying again at once would spin.
bool needs_rest(int error) noexcept {
  switch (error) {
    case ECONNABORTED:
    case EINTR:
    case EPERM:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case ETIMEDOUT:
      return false;
    default:
      return true;
  }
}

// Handlers share it with the listener, which may be destroyed by the handler it calls. The lock
// keeps the socket's number ours while it is accepted from; another thread may close it.
struct accepting : std::enable_shared_from_this<accepting> {
  accepting(boost::asio::io_context& l, std::chrono::milliseconds pause_time)
      : loop(l), socket(l), rest(l), pause(pause_time) {}

  void wait() {
    const std::lock_guard lock(mutex);
    if (!socket.is_open()) return;
    socket.async_wait(acceptor::wait_read, [me = shared_from_this()](error_code) { me->accept(); });
  }

  // Non-blocking; -1 with errno, EBADF when the listener was stopped.
  int accept_one(socket_endpoint& peer) {
    const std::lock_guard lock(mutex);
    if (!socket.is_open()) return errno = EBADF, -1;
    auto size = static_cast<socklen_t>(peer.capacity());
    const int accepted =
        ::accept4(socket.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted >= 0) peer.resize(size);
    return accepted;
  }

  void accept() {
    for (int i = 0; i < accepts_per_turn_max; ++i) {
      socket_endpoint peer;
      const int descriptor = accept_one(peer);
      if (descriptor >= 0) {
        handler(std::make_unique<socket_stream>(loop, descriptor, to_string(peer)));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EBADF) {
        break;
      } else if (needs_rest(errno)) {
        return pause_accepting();
      }
    }
    wait();
  }

  void pause_accepting() {
    const std::lock_guard lock(mutex);
    if (!socket.is_open()) return;
    rest.expires_after(pause);
    rest.async_wait([me = shared_from_this()](error_code cancelled) {
      if (!cancelled) me->wait();
    });
  }

  void stop() noexcept {
    const std::lock_guard lock(mutex);
    if (!socket.is_open()) return;
    // The file goes first: once the socket is closed, a successor may have put its own there.
    if (!unix_path.empty()) ::unlink(unix_path.c_str());
    error_code ignored;
    socket.close(ignored);
    rest.cancel();
  }

  boost::asio::io_context& loop;
  std::mutex mutex;
  acceptor socket;
  timer rest;
  std::chrono::milliseconds pause;
  std::string unix_path;
  listener::accepted_handler handler;
};

class socket_listener final : public listener {
 public:
  socket_listener(std::shared_ptr<accepting> what, std::uint16_t port)
      : accepting_(std::move(what)), port_(port) {}
  ~socket_listener() override { stop(); }

  void start(accepted_handler handler) override {
    if (accepting_->handler) return;
    accepting_->handler = std::move(handler);
    accepting_->wait();
  }
  void stop() noexcept override { accepting_->stop(); }
  std::uint16_t port() const noexcept override { return port_; }

 private:
  std::shared_ptr<accepting> accepting_;
  const std::uint16_t port_;
};

}  // namespace

result<std::unique_ptr<listener>> listen(boost::asio::io_context& loop,
                                         const listener_options& options) {
  const auto opened = open_listening(options);
  if (!opened) return opened.error();
  const socket_endpoint at = local_endpoint(*opened);
  auto made = std::make_shared<accepting>(loop, options.accept_pause);
  if (options.descriptor < 0) made->unix_path = options.unix_path;
  error_code failure;
  made->socket.assign(stream_protocol(at.protocol().family(), 0), *opened, failure);
  if (failure) {
    ::close(*opened);
    return failure;
  }
  return std::make_unique<socket_listener>(std::move(made), port_of(at));
}

result<std::unique_ptr<stream>> adopt_socket(boost::asio::io_context& loop, int descriptor) {
  socket_endpoint peer;
  auto size = static_cast<socklen_t>(peer.capacity());
  if (::getpeername(descriptor, peer.data(), &size) != 0) {
    const error_code failure{errno, boost::system::system_category()};
    ::close(descriptor);
    return failure;
  }
  peer.resize(size);
  const int on = 1;
  if (peer.protocol().family() != AF_UNIX)
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return std::make_unique<socket_stream>(loop, descriptor, to_string(peer));
}

}  // namespace troupe::transport
