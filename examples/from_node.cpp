// What docs/from-node.md shows, as one program: each part of it is a passage of this file.

#include <any>
#include <chrono>
#include <cstddef>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <troupe/server.hpp>

#include "command_line.hpp"

using namespace std::chrono_literals;

namespace {

void events(troupe::server& io) {
  io.on_connection([&](troupe::socket& socket) {
    socket.on("hello", [&](const std::string& name, const troupe::value& anything) {
      socket.emit("welcome", name, 42, std::vector<int>{1, 2}, anything);
    });
    socket.once("first", [&] { socket.emit("only once"); });
    socket.on_any([](const troupe::event& what) { (void)what.name(); });
    socket.on_disconnecting([&](troupe::disconnect_reason) {
      for (const std::string& room : socket.rooms()) socket.to(room).emit("left", socket.id());
    });
    socket.on_disconnect([](troupe::disconnect_reason why) { (void)name_of(why); });
  });
}

void answers(troupe::socket& socket) {
  // The client asks: what the handler returns is the answer...
  socket.on("sum", [](int a, int b) { return a + b; });
  // ... or it takes the ack, and calls it now or later, from any thread.
  socket.on("later", [](int number, const troupe::ack& reply) { reply("got", number); });
  // The server asks.
  socket.on("ask me", [&] {
    // Told how it went, and what was said; or a troupe::ack_result, for any number of arguments.
    socket.timeout(5s).emit("question", 1,
                            [&](boost::system::error_code failed, const troupe::value& answer) {
                              if (!failed) socket.emit("you said", answer);
                            });
  });
}

void receivers(troupe::server& io, troupe::socket& socket) {
  socket.on("to all kinds", [&] {
    socket.join("tea");
    socket.emit("a");              // To this client.
    io.emit("b");                  // To all.
    socket.broadcast().emit("c");  // To all but this one.
    io.to("tea").emit("d");        // To a room.
    io.to({"tea", "milk"}).except("sugar").emit("e");
    socket.to("tea").emit("f");    // To the others in a room.
    io.to(socket.id()).emit("g");  // To one client, from anywhere.
    socket.volatile_().emit("h");  // If it can be written to just now.
    io.of("/admin").emit("i");     // To another namespace.
    socket.leave("tea");
  });
}

void middlewares(troupe::server& io) {
  io.use([](troupe::socket& socket, const troupe::next& next) {
    if (socket.handshake().auth.at("token").as_string() == "secret") return next();
    next.refuse("not authorized", troupe::value::from_members({{"retry", false}}));
  });
}

struct visitor {
  std::string name;
};

void visitors(troupe::server& io) {
  io.engine().use([](const troupe::transport::http_request& request, troupe::engine_response&,
                     const troupe::engine_next& next) {
    next.with(visitor{std::string(request.fields.find("X-User"))});
  });
  io.on_connection([](troupe::socket& socket) {
    const auto who = std::any_cast<visitor>(socket.handshake().client.context);
    socket.on("who am I", [who] { return who.name; });
  });
}

void namespaces(troupe::server& io) {
  io.of("/admin").on_connection([](troupe::socket& socket) { socket.emit("you are admin"); });
  io.of(std::regex("^/room-[0-9]+$")).on_connection([](troupe::socket& socket) {
    socket.nsp().emit("joined", socket.nsp().name());
  });
}

void members(troupe::server& io, troupe::socket& socket) {
  socket.on("members", [&] {
    io.in("tea").sockets_join("milk");
    io.in("tea").fetch_sockets([&](const std::vector<troupe::remote_socket>& found) {
      for (const troupe::remote_socket& one : found) one.emit("counted", found.size());
    });
    io.in("milk").count_sockets([&](std::size_t here) { socket.emit("in milk", here); });
    io.in("milk").disconnect_sockets();
  });
}

void poll_all(troupe::server& io, troupe::socket& socket) {
  socket.on("vote", [&] {
    io.timeout(5s).emit("your vote?", [&](const troupe::broadcast_ack_result& votes) {
      // votes.error: some did not answer in time; votes.responses: those that did.
      socket.emit("votes", votes.responses.size());
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  troupe::options options = options_from(argc, argv);
  options.ping_interval = 25s;
  options.max_http_buffer_size = 1'000'000;
  options.cors = troupe::cors_options{.origin = "https://example.com"};

  troupe::server io{options};
  middlewares(io);
  visitors(io);
  events(io);
  namespaces(io);
  io.on_connection([&](troupe::socket& socket) {
    answers(socket);
    receivers(io, socket);
    members(io, socket);
    poll_all(io, socket);
  });
  io.run();
}
