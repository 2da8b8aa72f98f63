// The chat server of the benchmark: PORT and optionally the number of threads (1).

#include <cstdlib>

#include <troupe/server.hpp>

int main(int argc, char** argv) {
  troupe::options settings;
  settings.host = "127.0.0.1";
  settings.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000);
  settings.threads = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1;
  troupe::server io{std::move(settings)};
  io.on_connection([&](troupe::socket& socket) {
    socket.on("chat", [&](const troupe::arguments& all) { io.emit("chat", all); });
  });
  io.run();
}
