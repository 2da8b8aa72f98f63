// Troupe's server of the benchmark: bench-server PORT [OPTION...].
// All servers of the benchmark do the same; bench/peers/behaviour.mjs says it shortest.
//
//   threads=N namespaces=N  how many
//   tls=FILE                PEM with certificate and key
//   deflate=1 msgpack=1     permessage-deflate without context takeover; msgpack_parser
//   recovery=1 limits=1     what is off by default, with bounds that nobody meets
//   metrics=1               somebody reads the server's counters ten times a second
//   rooms=N                 nothing here: clients join so many besides

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <troupe/msgpack.hpp>
#include <troupe/server.hpp>

namespace {

/// What stands behind `name=` among the arguments; empty: it is not there.
std::string text_option(int argc, char** argv, std::string_view name) {
  for (int i = 2; i < argc; ++i) {
    const std::string_view given = argv[i];
    if (given.starts_with(name) && given.substr(name.size()).starts_with('='))
      return argv[i] + name.size() + 1;
  }
  return {};
}

unsigned option(int argc, char** argv, std::string_view name, unsigned otherwise) {
  const std::string text = text_option(argc, argv, name);
  return text.empty() ? otherwise : static_cast<unsigned>(std::atoi(text.c_str()));
}

/// Every bound of all clients together that is off by default, too wide to be met.
troupe::server_limits wide_limits() {
  troupe::server_limits made;
  made.connections_per_address_max = made.sessions_per_address_max = 100'000;
  made.events.per_second = made.events.burst = 1e9;
  return made;
}

troupe::options options_of(int argc, char** argv) {
  const auto is_on = [&](std::string_view name) { return option(argc, argv, name, 0) != 0; };
  troupe::options made;
  made.host = "127.0.0.1";
  made.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  made.threads = option(argc, argv, "threads", 1);
  made.tls.certificate_file = text_option(argc, argv, "tls");
  if (is_on("deflate")) made.per_message_deflate.emplace();
  if (is_on("msgpack")) made.parser = troupe::msgpack_parser();
  if (is_on("recovery")) made.connection_state_recovery.emplace();
  if (is_on("limits")) made.limits = wide_limits();
  return made;
}

/// Reads the server's counters, as what exports them would, until it is destroyed.
class metrics_reader {
 public:
  explicit metrics_reader(const troupe::server& io)
      : thread_([this, &io](const std::stop_token& stop) { run(io, stop); }) {}

 private:
  void run(const troupe::server& io, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      static_cast<void>(io.stats());
      due_.wait_for(lock, stop, std::chrono::milliseconds(100), [] { return false; });
    }
  }

  std::mutex mutex_;
  std::condition_variable_any due_;
  std::jthread thread_;
};

void serve(const troupe::nsp& io) {
  io.on_connection([io](troupe::socket& socket) {
    socket.on("chat", [io](const troupe::arguments& all) { io.emit("chat", all); });
    socket.on("echo", [&socket](const troupe::arguments& all, const troupe::ack& answer) {
      if (answer) return answer(all);
      socket.emit("echo", all);
    });
    socket.on("join", [&socket](const std::vector<std::string>& rooms) {
      for (const std::string& room : rooms) socket.join(room);
      return true;
    });
    socket.on("room", [io](const std::vector<std::string>& rooms, const troupe::value& payload) {
      io.to(rooms).emit("chat", payload);
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  troupe::server io{options_of(argc, argv)};
  serve(io.of("/"));
  const unsigned namespaces = option(argc, argv, "namespaces", 1);
  for (unsigned i = 1; i < namespaces; ++i) serve(io.of("/n" + std::to_string(i)));
  std::optional<metrics_reader> reader;
  if (option(argc, argv, "metrics", 0) != 0) reader.emplace(io);
  return io.run() ? 0 : 1;
}
