// The limit: what a server does at least. One epoll loop that knows just enough of WebSocket,
// Engine.IO and Socket.IO for the generator's `chat` and `echo`, and answers nobody else. It reads
// everything that is there, then writes to each client once. No heartbeats, no bounds, no checks.
//
//   bench-epoll PORT

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct peer {
  int descriptor = -1;
  std::string received;  // Not whole yet.
  std::string unsent;    // Its own answers, and what the kernel did not take.
  bool is_upgraded = false;
  bool has_joined = false;
};

std::string frame_of(std::string_view text) {
  std::string made(1, '\x81');
  if (text.size() < 126) {
    made += static_cast<char>(text.size());
  } else {
    made += static_cast<char>(126);
    made += static_cast<char>(text.size() >> 8);
    made += static_cast<char>(text.size());
  }
  return made.append(text);
}

class broadcaster {
 public:
  explicit broadcaster(std::uint16_t port) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) std::exit(1);
    listen(listener_, 4096);
    watch(listener_, EPOLLIN);
  }

  void run() {
    epoll_event events[512];
    for (;;) {
      const int ready = epoll_wait(epoll_, events, 512, -1);
      for (int i = 0; i < ready; ++i) {
        if (events[i].data.fd == listener_)
          accept_all();
        else
          receive(peers_[static_cast<std::size_t>(events[i].data.fd)]);
      }
      flush();
    }
  }

 private:
  void watch(int descriptor, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = descriptor;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }

  void accept_all() {
    for (int made; (made = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      const int on = 1;
      setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      if (peers_.size() <= static_cast<std::size_t>(made)) peers_.resize(made + 1024);
      peers_[static_cast<std::size_t>(made)] = {made, {}, {}, false, false};
      watch(made, EPOLLIN | EPOLLOUT | EPOLLET);
    }
  }

  void receive(peer& who) {
    static char buffer[64 * 1024];
    for (;;) {
      const ssize_t got = recv(who.descriptor, buffer, sizeof buffer, 0);
      if (got < 0 && errno == EAGAIN) break;
      if (got <= 0) return end(who);
      who.received.append(buffer, static_cast<std::size_t>(got));
      if (got < static_cast<ssize_t>(sizeof buffer)) break;
    }
    std::size_t taken = who.is_upgraded ? 0 : take_handshake(who);
    while (who.is_upgraded) {
      const std::size_t size = take_frame(who, taken);
      if (size == 0) break;
      taken += size;
    }
    who.received.erase(0, taken);
    if (who.received.empty()) std::string().swap(who.received);
    // Also when it has become writable: all that waits goes.
    if (!who.unsent.empty()) answered_.push_back(who.descriptor);
  }

  std::size_t take_handshake(peer& who) {
    const auto end = who.received.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    who.is_upgraded = true;
    // The generator's key is always the same one.
    who.unsent +=
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    who.unsent += frame_of(
        "0{\"sid\":\"AAAAAAAAAAAAAAAAAAAA\",\"upgrades\":[],\"pingInterval\":25000,"
        "\"pingTimeout\":20000,\"maxPayload\":1000000}");
    return end + 4;
  }

  std::size_t take_frame(peer& who, std::size_t at) {
    const std::size_t left = who.received.size() - at;
    char* frame = who.received.data() + at;
    if (left < 6) return 0;
    std::size_t length = static_cast<unsigned char>(frame[1]) & 127;
    std::size_t head = 6;
    if (length == 126) {
      if (left < 8) return 0;
      length = static_cast<std::size_t>(static_cast<unsigned char>(frame[2])) << 8 |
               static_cast<unsigned char>(frame[3]);
      head = 8;
    }
    if (left < head + length) return 0;
    for (std::size_t i = 0; i < length; ++i) frame[head + i] ^= frame[head - 4 + i % 4];
    on_message(who, {frame + head, length}, (frame[0] & 15) == 8);
    return head + length;
  }

  void on_message(peer& who, std::string_view text, bool is_close) {
    if (is_close) {
      who.unsent += std::string("\x88\0", 2);
    } else if (text == "40") {
      who.has_joined = true;
      who.unsent += frame_of("40{\"sid\":\"BBBBBBBBBBBBBBBBBBBB\"}");
    } else if (text.starts_with("42[\"chat\"")) {
      to_all_ += frame_of(text);
    } else if (text.starts_with("42[\"echo\"")) {
      who.unsent += frame_of(text);
    } else if (const auto list = text.find("[\"echo\","); list != text.npos) {
      const auto id = text.substr(2, list - 2);
      who.unsent += frame_of("43" + std::string(id) + "[" + std::string(text.substr(list + 8)));
    }
  }

  void flush() {
    if (!to_all_.empty()) {
      for (peer& who : peers_)
        if (who.has_joined) write(who, to_all_);
      to_all_.clear();
    }
    for (const int descriptor : answered_) write(peers_[static_cast<std::size_t>(descriptor)], {});
    answered_.clear();
  }

  void write(peer& who, std::string_view more) {
    if (who.descriptor < 0) return;
    if (!who.unsent.empty()) more = who.unsent.append(more);
    const ssize_t sent = send(who.descriptor, more.data(), more.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return end(who);
    const std::string rest(more.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent)));
    if (!who.unsent.empty() || !rest.empty()) who.unsent = rest;
  }

  void end(peer& who) {
    close(who.descriptor);
    who = {};
  }

  int epoll_ = epoll_create1(0);
  int listener_ = -1;
  std::vector<peer> peers_;  // By descriptor.
  std::string to_all_;       // What this wake-up sends to everybody.
  std::vector<int> answered_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  broadcaster(static_cast<std::uint16_t>(std::atoi(argv[1]))).run();
}
