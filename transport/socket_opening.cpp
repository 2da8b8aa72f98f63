#include <troupe/transport/socket_opening.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

namespace troupe::transport {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

error_code last_error() noexcept {
  return {errno, boost::system::system_category()};
}

/// A descriptor that is closed unless it is released.
class owned_socket {
 public:
  explicit owned_socket(int descriptor) noexcept : descriptor_(descriptor) {}
  ~owned_socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  owned_socket(const owned_socket&) = delete;
  owned_socket& operator=(const owned_socket&) = delete;

  int get() const noexcept { return descriptor_; }
  int release() noexcept { return std::exchange(descriptor_, -1); }
  bool set(int level, int option, int value) const noexcept {
    return ::setsockopt(descriptor_, level, option, &value, sizeof value) == 0;
  }

 private:
  int descriptor_;
};

result<int> bound(const socket_endpoint& at, const listener_options& options) {
  const int family = at.protocol().family();
  owned_socket made(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made.get() < 0) return last_error();
  bool is_set = true;
  if (family != AF_UNIX) {
    // Accepted sockets inherit both this and the buffer's size, which saves a system call each.
    is_set = made.set(SOL_SOCKET, SO_REUSEADDR, 1) && made.set(IPPROTO_TCP, TCP_NODELAY, 1) &&
             (!options.reuse_port || made.set(SOL_SOCKET, SO_REUSEPORT, 1));
    if (family == AF_INET6) {
      sockaddr_in6 address{};
      std::memcpy(&address, at.data(), sizeof address);
      is_set = is_set && made.set(IPPROTO_IPV6, IPV6_V6ONLY,
                                  IN6_IS_ADDR_UNSPECIFIED(&address.sin6_addr) ? 0 : 1);
    }
  }
  if (options.send_buffer_bytes > 0)
    is_set = is_set && made.set(SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes);
  if (!is_set || ::bind(made.get(), at.data(), static_cast<socklen_t>(at.size())) != 0 ||
      ::listen(made.get(), options.backlog) != 0)
    return last_error();
  return made.release();
}

// A file that nobody listens on is what a process left behind that could not clean up.
bool is_stale(const socket_endpoint& at, const char* path) noexcept {
  struct stat found {};
  if (::stat(path, &found) != 0 || !S_ISSOCK(found.st_mode)) return false;
  const owned_socket probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return probe.get() >= 0 &&
         ::connect(probe.get(), at.data(), static_cast<socklen_t>(at.size())) != 0 &&
         errno == ECONNREFUSED;
}

result<int> open_unix(const listener_options& options) {
  if (options.unix_path.size() >= sizeof(sockaddr_un{}.sun_path))
    return error_code(boost::asio::error::name_too_long);
  const socket_endpoint at = boost::asio::local::stream_protocol::endpoint(options.unix_path);
  auto opened = bound(at, options);
  if (opened || opened.error() != boost::asio::error::address_in_use ||
      !is_stale(at, options.unix_path.c_str()))
    return opened;
  ::unlink(options.unix_path.c_str());
  return bound(at, options);
}

result<int> open_tcp(const listener_options& options) {
  boost::asio::io_context idle(1);
  boost::asio::ip::basic_resolver<tcp, boost::asio::io_context::executor_type> resolver(idle);
  error_code failure;
  const auto found =
      resolver.resolve(options.host, std::to_string(options.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, failure);
  if (failure) return failure;
  failure = boost::asio::error::host_not_found;
  for (const auto& entry : found) {
    const auto opened = bound(entry.endpoint(), options);
    if (opened) return opened;
    failure = opened.error();
  }
  return failure;
}

result<int> take_over(const listener_options& options) {
  owned_socket given(options.descriptor);
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockopt(given.get(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0)
    return last_error();
  if (listens == 0) return error_code(boost::asio::error::invalid_argument);
  const int flags = ::fcntl(given.get(), F_GETFL);
  if (flags < 0 || ::fcntl(given.get(), F_SETFL, flags | O_NONBLOCK) != 0) return last_error();
  if (options.send_buffer_bytes > 0) given.set(SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes);
  if (local_endpoint(given.get()).protocol().family() != AF_UNIX)
    given.set(IPPROTO_TCP, TCP_NODELAY, 1);
  return given.release();
}

}  // namespace

result<int> open_listening(const listener_options& options) {
  if (options.descriptor >= 0) return take_over(options);
  return options.unix_path.empty() ? open_tcp(options) : open_unix(options);
}

socket_endpoint local_endpoint(int descriptor) noexcept {
  socket_endpoint at;
  auto size = static_cast<socklen_t>(at.capacity());
  if (::getsockname(descriptor, at.data(), &size) == 0) at.resize(size);
  return at;
}

std::uint16_t port_of(const socket_endpoint& at) noexcept {
  const int family = at.protocol().family();
  if (family != AF_INET && family != AF_INET6) return 0;
  in_port_t port = 0;  // At the same place in both families' addresses.
  std::memcpy(&port, reinterpret_cast<const char*>(at.data()) + offsetof(sockaddr_in, sin_port),
              sizeof port);
  return ntohs(port);
}

std::string to_string(const socket_endpoint& peer) {
  const int family = peer.protocol().family();
  if (family == AF_UNIX) return "unix";
  if (family != AF_INET && family != AF_INET6) return {};
  tcp::endpoint known;
  std::memcpy(known.data(), peer.data(), std::min(peer.size(), known.capacity()));
  auto address = known.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  const std::string host = address.to_string();
  return (address.is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(known.port());
}

}  // namespace troupe::transport
