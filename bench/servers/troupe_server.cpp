// Troupe's server of the benchmark: bench-server PORT [threads=N] [namespaces=N].
// All servers of the benchmark do the same; bench/peers/node_server.mjs says it shortest.

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/server.hpp>

namespace {

/// The number behind `name=` among the arguments.
unsigned option(int argc, char** argv, std::string_view name, unsigned otherwise) {
  for (int i = 2; i < argc; ++i) {
    const std::string_view given = argv[i];
    if (given.starts_with(name) && given.substr(name.size()).starts_with('='))
      return static_cast<unsigned>(std::atoi(argv[i] + name.size() + 1));
  }
  return otherwise;
}

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
  troupe::options settings;
  settings.host = "127.0.0.1";
  settings.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  settings.threads = option(argc, argv, "threads", 1);
  troupe::server io{std::move(settings)};
  serve(io.of("/"));
  const unsigned namespaces = option(argc, argv, "namespaces", 1);
  for (unsigned i = 1; i < namespaces; ++i) serve(io.of("/n" + std::to_string(i)));
  return io.run() ? 0 : 1;
}
