// Load for a Socket.IO chat server: CLIENTS WebSocket clients, one of which sends `chat` messages
// that the server broadcasts to all. UNDER_WAY messages are out at any time: a new one goes out
// when all clients have one. Every client checks that each message arrives once, in order and
// whole. Prints one line of JSON: server CPU (by the system's accounting of process PID) per
// delivered message, messages per second, and how busy the generator itself was.
//
//   fanout_load PORT PID CLIENTS UNDER_WAY PAYLOAD_BYTES SECONDS [SENDERS]

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace {

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// CPU seconds of all threads of a process.
double cpu_of(int pid) {
  double sum = 0;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  DIR* folder = opendir(tasks.c_str());
  if (folder == nullptr) return 0;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    FILE* file = std::fopen((tasks + "/" + entry->d_name + "/schedstat").c_str(), "r");
    double ns = 0;
    if (file != nullptr && std::fscanf(file, "%lf", &ns) == 1) sum += ns * 1e-9;
    if (file != nullptr) std::fclose(file);
  }
  closedir(folder);
  return sum;
}

long resident_kib(int pid) {
  FILE* file = std::fopen(("/proc/" + std::to_string(pid) + "/statm").c_str(), "r");
  long size = 0;
  long resident = 0;
  if (file != nullptr && std::fscanf(file, "%ld %ld", &size, &resident) != 2) resident = 0;
  if (file != nullptr) std::fclose(file);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "fanout_load: %s\n", what.c_str());
  std::exit(1);
}

constexpr int digits = 8;
constexpr std::string_view event_head = "42[\"chat\",\"";

struct client {
  int fd = -1;
  std::string kept;  // Of a frame that has not arrived whole.
  long next = 0;     // Number of the message that must come next.
};

struct load {
  std::vector<client> clients;
  std::size_t payload = 64;
  long sent = 0;
  std::vector<int> arrived;  // By message number, how many clients have it (a ring).
  long complete = 0;         // Messages that all have.
};

void send_text(int fd, std::string_view text) {
  std::string frame(1, '\x81');
  if (text.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | text.size()));
  } else {
    frame.push_back(static_cast<char>(0x80 | 126));
    frame.push_back(static_cast<char>(text.size() >> 8));
    frame.push_back(static_cast<char>(text.size()));
  }
  frame.append(4, '\0');  // A mask of zeros.
  frame.append(text);
  if (write(fd, frame.data(), frame.size()) != static_cast<ssize_t>(frame.size()))
    fail("the server takes no more");
}

void publish(load& all, std::size_t senders) {
  char number[digits + 1];
  std::snprintf(number, sizeof number, "%0*ld", digits, all.sent);
  std::string text(event_head);
  text += number;
  text.append(all.payload - digits, 'x');
  text += "\"]";
  send_text(all.clients[static_cast<std::size_t>(all.sent) % senders].fd, text);
  ++all.sent;
}

void on_message(load& all, client& who, std::string_view text, bool ordered) {
  if (text == "2") return send_text(who.fd, "3");
  if (text.substr(0, event_head.size()) != event_head) return;
  if (text.size() != event_head.size() + all.payload + 2) fail("a message is not whole");
  const long number = std::atol(std::string(text.substr(event_head.size(), digits)).c_str());
  if (ordered && number != who.next) fail("a message is lost or out of order");
  ++who.next;
  int& count = all.arrived[static_cast<std::size_t>(number) % all.arrived.size()];
  if (++count == static_cast<int>(all.clients.size())) {
    count = 0;
    ++all.complete;
  }
}

/// Takes whole frames off the front of `bytes`; gives what is left.
std::string_view take_frames(load& all, client& who, std::string_view bytes, bool ordered) {
  while (bytes.size() >= 2) {
    std::size_t length = static_cast<unsigned char>(bytes[1]) & 127;
    std::size_t head = 2;
    if (length == 126) {
      if (bytes.size() < 4) break;
      length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[2])) << 8 |
               static_cast<unsigned char>(bytes[3]);
      head = 4;
    }
    if (bytes.size() < head + length) break;
    if ((bytes[0] & 15) == 8) fail("the server closed a client");
    on_message(all, who, bytes.substr(head, length), ordered);
    bytes.remove_prefix(head + length);
  }
  return bytes;
}

bool receive(load& all, client& who, bool ordered) {
  static char buffer[1 << 18];
  const ssize_t got = recv(who.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (got == 0) fail("the server ended a connection");
  if (got < 0) return false;
  const std::string_view fresh(buffer, static_cast<std::size_t>(got));
  if (who.kept.empty()) {
    who.kept = take_frames(all, who, fresh, ordered);
  } else {
    who.kept += fresh;
    who.kept = std::string(take_frames(all, who, who.kept, ordered));
  }
  return true;
}

int connect_client(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fail("cannot connect");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  constexpr std::string_view request =
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  if (write(fd, request.data(), request.size()) != static_cast<ssize_t>(request.size()))
    fail("cannot write");
  std::string answer;
  char piece[2048];
  const auto wait_for = [&](std::string_view what) {
    while (answer.find(what) == answer.npos) {
      const ssize_t got = read(fd, piece, sizeof piece);
      if (got <= 0) fail("no handshake");
      answer.append(piece, static_cast<std::size_t>(got));
    }
  };
  wait_for("\"maxPayload\"");
  send_text(fd, "40");
  wait_for("40{\"sid\"");
  return fd;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) fail("usage: PORT PID CLIENTS UNDER_WAY PAYLOAD_BYTES SECONDS [SENDERS]");
  const int port = std::atoi(argv[1]);
  const int pid = std::atoi(argv[2]);
  const auto count = static_cast<std::size_t>(std::atol(argv[3]));
  const long under_way = std::atol(argv[4]);
  const double duration = std::atof(argv[6]);
  const std::size_t senders = argc > 7 ? static_cast<std::size_t>(std::atol(argv[7])) : 1;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  load all;
  all.payload = static_cast<std::size_t>(std::atol(argv[5]));
  all.arrived.assign(1 << 16, 0);
  const long before_kib = resident_kib(pid);
  const double before_cpu = cpu_of(pid);
  for (std::size_t i = 0; i < count; ++i) all.clients.push_back({connect_client(port), {}, 0});
  const double connect_us = (cpu_of(pid) - before_cpu) / static_cast<double>(count) * 1e6;
  usleep(300'000);
  const long idle_kib = resident_kib(pid) - before_kib;
  const int poll = epoll_create1(0);
  for (std::size_t i = 0; i < count; ++i) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(poll, EPOLL_CTL_ADD, all.clients[i].fd, &event);
  }

  // A quarter of the time to warm up, then the measurement.
  const bool ordered = senders == 1;
  double start = 0, cpu = 0, own_cpu = 0;
  long first = 0;
  const double begin = seconds_of(CLOCK_MONOTONIC);
  const double warm = begin + duration / 4;
  for (long i = 0; i < under_way; ++i) publish(all, senders);
  epoll_event events[512];
  for (;;) {
    const int ready = epoll_wait(poll, events, 512, 1000);
    if (ready <= 0) fail("nothing arrives");
    for (int i = 0; i < ready; ++i) receive(all, all.clients[events[i].data.u64], ordered);
    const double now = seconds_of(CLOCK_MONOTONIC);
    if (start == 0 && now >= warm) {
      start = now;
      cpu = cpu_of(pid);
      own_cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
      first = all.complete;
    }
    if (start != 0 && now >= start + duration) break;
    while (all.sent < all.complete + under_way) publish(all, senders);
  }
  const double wall = seconds_of(CLOCK_MONOTONIC) - start;
  const double server = cpu_of(pid) - cpu;
  const double own = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - own_cpu;
  const double delivered = static_cast<double>(all.complete - first) * static_cast<double>(count);
  std::printf(
      "{\"clients\":%zu,\"under_way\":%ld,\"bytes\":%zu,\"senders\":%zu,\"us_per_delivery\":%.4f,"
      "\"deliveries_per_s\":%.0f,\"server_cpu\":%.2f,\"generator_cpu\":%.2f,"
      "\"connect_us\":%.1f,\"idle_kib_per_client\":%.2f}\n",
      count, under_way, all.payload, senders, server / delivered * 1e6, delivered / wall,
      server / wall, own / wall, connect_us,
      static_cast<double>(idle_kib) / static_cast<double>(count));
}
