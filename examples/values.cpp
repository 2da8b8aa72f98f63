// What handlers may take and emit: structs and enums of one's own, containers, binary, trees of
// JSON, and anything at all.

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <troupe/describe.hpp>
#include <troupe/json.hpp>
#include <troupe/server.hpp>

#include "command_line.hpp"

enum class colour { red, green };
BOOST_DESCRIBE_ENUM(colour, red, green)

struct point {
  double x = 0;
  double y = 0;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

struct stroke {
  colour ink = colour::red;
  std::vector<point> points;
  std::optional<std::string> label;  // May be missing, or null.
};
BOOST_DESCRIBE_STRUCT(stroke, (), (ink, points, label))

namespace {

void serve(troupe::server& io, troupe::socket& socket) {
  // {ink: "green", points: [{x: 1, y: 2}]}; what the handler returns is the answer to an ack.
  socket.on("stroke", [&](const stroke& drawn) {
    socket.broadcast().emit("stroke", drawn);
    return drawn.points.size();
  });
  socket.on("scores", [](const std::map<std::string, int>& scores) {
    int sum = 0;
    for (const auto& [name, points] : scores) sum += points;
    return sum;
  });
  // A Buffer, an ArrayBuffer, a Blob.
  socket.on("picture", [&](const std::vector<std::byte>& pixels) { io.emit("picture", pixels); });
  socket.on("document", [](boost::json::object document) {
    document["seen"] = true;
    return document;
  });
  // Passed on as it came: neither parsed nor written again.
  socket.on("anything", [&](const troupe::value& what) { io.emit("anything", what); });
  socket.on("who", [&](const troupe::value& what) {
    const auto name = what.at("user").at("name").as_string();
    socket.emit("it is", name.value_or("nobody"));
  });
  // The server asks: how it went, then what was answered.
  socket.on("ask me", [&] {
    socket.emit("where?", [&](boost::system::error_code failed, const point& answer) {
      if (!failed) socket.emit("you are at", answer);
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  troupe::options options = options_from(argc, argv);
  troupe::server io{options};
  io.on_connection([&](troupe::socket& socket) { serve(io, socket); });
  return io.run() ? 0 : 1;
}
