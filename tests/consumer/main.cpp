// What a program of somebody else's sees of the project: every public header, under warnings that
// are stricter than our own, which the headers' code must not raise.

#include <string>

#include <troupe/ack.hpp>
#include <troupe/actors.hpp>
#include <troupe/broadcast_operator.hpp>
#include <troupe/describe.hpp>
#include <troupe/disconnect_reason.hpp>
#include <troupe/event.hpp>
#include <troupe/handshake.hpp>
#include <troupe/http.hpp>
#include <troupe/json.hpp>
#include <troupe/log_level.hpp>
#include <troupe/msgpack.hpp>
#include <troupe/nsp.hpp>
#include <troupe/options.hpp>
#include <troupe/parser.hpp>
#include <troupe/server.hpp>
#include <troupe/socket.hpp>
#include <troupe/value.hpp>
#include <troupe/version.hpp>

static_assert(TROUPE_VERSION > 0 && !troupe::version.empty());

// Templates warn where they are used: one of each kind.
int main() {
  troupe::server io{{.host = "127.0.0.1", .port = 0}};
  io.use([](troupe::socket&, const troupe::next& next) { next(); });
  io.on_connection([&](troupe::socket& socket) {
    socket.on("chat", [&](const troupe::value& msg) { io.emit("chat", msg); });
    socket.on("sum",
              [](short a, std::uint8_t b, float c) { return static_cast<double>(c) + a + b; });
    socket.once("many",
                [](std::vector<int> all, std::optional<std::string>, const troupe::ack& reply) {
                  reply(all, all.size(), "text", 'c' == 'd', nullptr);
                });
    socket.emit("ask", 1, 2.5F, std::vector<std::string>{"a"}, [](const troupe::ack_result&) {});
    socket.timeout(std::chrono::seconds(1)).emit("none");
    socket.send("text");
    io.to("room").except(socket.id()).volatile_().emit("event", true, std::string("text"));
  });
  io.of("/admin").in("room").emit("event");
  io.start();
  io.close();
  return io.wait() && io.stats().clients == 0 ? 0 : 1;
}
