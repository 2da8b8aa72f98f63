#include <troupe/transport/listener.hpp>

#include <sys/socket.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cerrno>
#include <utility>

#include <troupe/transport/socket_stream.hpp>

namespace troupe::transport {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using acceptor = boost::asio::basic_socket_acceptor<tcp, boost::asio::io_context::executor_type>;
using timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>,
                                                boost::asio::io_context::executor_type>;

// Connections accepted per wake-up, so that a burst of them does not starve the others' input.
constexpr int accepts_per_turn_max = 64;

std::string to_string(const tcp::endpoint& peer) {
  auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  const std::string host = address.to_string();
  return (address.is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(peer.port());
}

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

// Handlers share it with the listener, which may be destroyed by the handler it calls.
struct accepting : std::enable_shared_from_this<accepting> {
  accepting(boost::asio::io_context& l, std::chrono::milliseconds pause_time)
      : loop(l), socket(l), rest(l), pause(pause_time) {}

  void wait() {
    socket.async_wait(acceptor::wait_read, [me = shared_from_this()](error_code) { me->accept(); });
  }

  void accept() {
    for (int i = 0; i < accepts_per_turn_max && socket.is_open(); ++i) {
      tcp::endpoint peer;
      auto peer_size = static_cast<socklen_t>(peer.capacity());
      const int descriptor =
          ::accept4(socket.native_handle(), peer.data(), &peer_size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (descriptor >= 0) {
        peer.resize(peer_size);
        handler(std::make_unique<socket_stream>(loop, descriptor, peer.protocol().family(),
                                                to_string(peer)));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        break;
      } else if (needs_rest(errno)) {
        return pause_accepting();
      }
    }
    if (socket.is_open()) wait();
  }

  void pause_accepting() {
    rest.expires_after(pause);
    rest.async_wait([me = shared_from_this()](error_code cancelled) {
      if (!cancelled && me->socket.is_open()) me->wait();
    });
  }

  boost::asio::io_context& loop;
  acceptor socket;
  timer rest;
  std::chrono::milliseconds pause;
  listener::accepted_handler handler;
};

class tcp_listener final : public listener {
 public:
  explicit tcp_listener(std::shared_ptr<accepting> what) : accepting_(std::move(what)) {
    error_code ignored;
    port_ = accepting_->socket.local_endpoint(ignored).port();
  }
  ~tcp_listener() override { stop(); }

  void start(accepted_handler handler) override {
    accepting_->handler = std::move(handler);
    if (accepting_->socket.is_open()) accepting_->wait();
  }
  void stop() noexcept override {
    error_code ignored;
    accepting_->socket.close(ignored);
    accepting_->rest.cancel();
  }
  std::uint16_t port() const noexcept override { return port_; }

 private:
  std::shared_ptr<accepting> accepting_;
  std::uint16_t port_ = 0;
};

error_code open(acceptor& socket, const tcp::endpoint& at, const listener_options& options) {
  error_code failure;
  const auto on = [&](const auto& option) {
    if (!failure) socket.set_option(option, failure);
  };
  socket.open(at.protocol(), failure);
  on(acceptor::reuse_address(true));
  if (at.protocol() == tcp::v6())
    on(boost::asio::ip::v6_only(!at.address().to_v6().is_unspecified()));
  // Accepted sockets inherit both, which saves two system calls each.
  on(tcp::no_delay(true));
  if (options.send_buffer_bytes > 0)
    on(boost::asio::socket_base::send_buffer_size(options.send_buffer_bytes));
  if (!failure) socket.bind(at, failure);
  if (!failure) socket.listen(options.backlog, failure);
  if (!failure) socket.native_non_blocking(true, failure);
  return failure;
}

}  // namespace

result<std::unique_ptr<listener>> listen(boost::asio::io_context& loop,
                                         const listener_options& options) {
  error_code failure;
  boost::asio::ip::basic_resolver<tcp, boost::asio::io_context::executor_type> resolver(loop);
  const auto found =
      resolver.resolve(options.host, std::to_string(options.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, failure);
  if (failure) return failure;
  for (const auto& entry : found) {
    auto made = std::make_shared<accepting>(loop, options.accept_pause);
    failure = open(made->socket, entry.endpoint(), options);
    if (!failure) return std::make_unique<tcp_listener>(std::move(made));
  }
  return failure ? failure : error_code(boost::asio::error::host_not_found);
}

}  // namespace troupe::transport
