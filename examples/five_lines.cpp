// A chat server: what one client says, all hear. The README's five lines, but for the options.

#include <troupe/server.hpp>

#include "command_line.hpp"

int main(int argc, char** argv) {
  const troupe::options options = options_from(argc, argv);

  troupe::server io{options};
  io.on_connection([&](troupe::socket& socket) {
    socket.on("chat", [&](const troupe::value& msg) { io.emit("chat", msg); });
  });
  io.run();
}
