#include "connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "fail.hpp"

namespace load {

namespace {

constexpr std::size_t ports_per_address = 10'000;
constexpr std::uint32_t addresses = 200;

sockaddr_in address_of(std::uint32_t host, std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  made.sin_addr.s_addr = htonl(host);
  return made;
}

int connect_to(std::uint16_t port, std::size_t index) {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) fail("no descriptor; raise the limit of open files");
  const int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(made, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const auto nth = static_cast<std::uint32_t>(index / ports_per_address) % addresses;
  const auto from = address_of(INADDR_LOOPBACK + nth, 0);
  if (bind(made, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0)
    fail("no local address");
  const auto to = address_of(INADDR_LOOPBACK, port);
  if (connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS)
    fail("cannot connect");
  return made;
}

}  // namespace

connection::connection(const scenario& what, std::size_t index, reactor& events, listener& told)
    : told_(told), descriptor_(connect_to(what.port, index)) {
  if (what.tls) tls_ = std::make_unique<tls_session>(descriptor_);
  events.add(descriptor_, *this);
}

connection::~connection() {
  close();
}

void connection::close() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

bool connection::is_cut_off() const noexcept {
  pollfd state{descriptor_, POLLRDHUP, 0};
  return descriptor_ < 0 || (poll(&state, 1, 0) == 1 && state.revents != 0);
}

void connection::send(std::string_view bytes) {
  unsent_ += bytes;
  flush();
}

void connection::flush() {
  if (unsent_.empty() || descriptor_ < 0) return;
  if (tls_ != nullptr) {
    unsent_.erase(0, tls_->write(unsent_));
    return;
  }
  const ssize_t sent = ::send(descriptor_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
  // Not connected yet, or full: on_ready comes. Anything else, receive() sees as the end.
}

void connection::on_ready(bool has_ended) {
  flush();
  while (!is_stalled_ && descriptor_ >= 0 && receive(has_ended)) {
  }
  if (tls_ != nullptr) flush();  // Reading may have ended the handshake.
}

/// True if there may be more to receive.
bool connection::receive(bool has_ended) {
  static char buffer[256 * 1024];
  const ssize_t got = tls_ != nullptr ? tls_->read(buffer, sizeof buffer)
                                      : recv(descriptor_, buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == ENOTCONN)) return false;
  if (got <= 0) return end(), false;
  const std::string_view fresh(buffer, static_cast<std::size_t>(got));
  if (kept_.empty()) {
    kept_ = fresh.substr(told_.on_bytes(fresh));
  } else {
    // Moved out while it is shown: on_bytes may close this connection.
    std::string all = std::exchange(kept_, {});
    all += fresh;
    all.erase(0, told_.on_bytes(all));
    kept_ = std::move(all);
  }
  // A short read has emptied the socket; an end that was there already causes no further edge.
  // TLS gives one record at a time.
  return has_ended || fresh.size() == sizeof buffer || tls_ != nullptr;
}

void connection::end() {
  close();
  told_.on_end();
}

}  // namespace load
