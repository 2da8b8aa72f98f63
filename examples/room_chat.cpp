// A chat with rooms. A client says who it is when it connects, `auth: {name: "Ann"}`, then joins
// rooms and speaks in them; every request is acknowledged with true, or false if it was refused.

#include <string>

#include <troupe/server.hpp>

#include "command_line.hpp"

namespace {

const std::string& name_of(troupe::socket& socket) {
  return std::any_cast<const std::string&>(socket.data());
}

/// Runs before the client is told that it is connected.
void authenticate(troupe::socket& socket, const troupe::next& next) {
  const auto name = socket.handshake().auth.at("name").as_string();
  if (!name || name->empty() || name->size() > 32)
    return next.refuse("a name is needed", troupe::value::from_members({{"characters_max", 32}}));
  socket.data() = *name;
  next();
}

// What is registered on a socket may capture it: it lives until its disconnect handlers are done.
void serve(troupe::socket& socket) {
  // What a handler returns answers the client's acknowledgement.
  socket.on("join", [&socket](const std::string& room) {
    socket.join(room);
    socket.to(room).emit("joined", room, name_of(socket));  // To the others in the room.
    return true;
  });
  socket.on("leave", [&socket](const std::string& room) {
    if (!socket.rooms().contains(room)) return false;
    socket.leave(room);
    socket.to(room).emit("left", room, name_of(socket));
    return true;
  });
  // Called only if both arguments are strings; otherwise the acknowledgement says what is wrong.
  socket.on("say", [&socket](const std::string& room, const std::string& text) {
    if (!socket.rooms().contains(room)) return false;
    socket.to(room).emit("said", room, name_of(socket), text);
    return true;
  });
  socket.on_disconnecting([&socket](troupe::disconnect_reason) {
    for (const std::string& room : socket.rooms())
      socket.to(room).emit("left", room, name_of(socket));
  });
}

}  // namespace

int main(int argc, char** argv) {
  troupe::server io{options_from(argc, argv)};
  io.use(authenticate);
  io.on_connection(serve);
  io.run();
}
