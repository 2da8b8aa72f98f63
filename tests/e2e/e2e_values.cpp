// Typed handlers and acks over the wire; reference_values.mjs does the same on Node's socket.io.

#include <array>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <troupe/describe.hpp>
#include <troupe/json.hpp>

#include "e2e_parts.hpp"

namespace troupe_e2e {

enum class heading { north, south };
BOOST_DESCRIBE_ENUM(heading, north, south)

struct point {
  double x = 0;
  double y = 0;
};
BOOST_DESCRIBE_STRUCT(point, (), (x, y))

struct step {
  point by;
  std::optional<heading> towards;
  std::vector<std::byte> track;
};
BOOST_DESCRIBE_STRUCT(step, (), (by, towards, track))

struct place {
  point at;
  std::string heading;
  std::vector<std::byte> track;
};
BOOST_DESCRIBE_STRUCT(place, (), (at, heading, track))

namespace {

place walk(const point& from, const step& by) {
  return {{from.x + by.by.x, from.y + by.by.y},
          by.towards == heading::south ? "south" : "north",
          by.track};
}

int sum_of(troupe::bytes_view bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), 0,
                         [](int sum, std::byte one) { return sum + static_cast<int>(one); });
}

using stock = std::map<std::string, std::pair<int, std::array<int, 2>>>;

stock doubled(stock all) {
  for (auto& [name, entry] : all) entry.first *= 2;
  return all;
}

boost::json::object extended(boost::json::object tree) {
  tree["size"] = tree.size();
  return tree;
}

using either = std::variant<bool, std::string, std::vector<int>>;

void ask_where(troupe::socket& socket) {
  socket.emit("where", "several",
              [&socket](boost::system::error_code failed, const point& at,
                        const std::optional<std::string>& name) {
                socket.emit("there", failed ? failed.message() : "ok", at, name);
              });
}

void ask_one(troupe::socket& socket) {
  socket.emit("where", "one", [&socket](const troupe::protocol::result<point>& at) {
    at ? socket.emit("there", "ok", *at) : socket.emit("there", at.error().message());
  });
}

}  // namespace

void serve_values(troupe::server& io) {
  io.of("/values").on_connection([](troupe::socket& socket) {
    socket.on("walk", walk);
    socket.on("sum", sum_of);
    socket.on("double", doubled);
    socket.on("extend", extended);
    socket.on("either", [](const either& one) { return one.index(); });
    socket.on("ask-where", [&socket] { ask_where(socket); });
    socket.on("ask-one", [&socket] { ask_one(socket); });
    socket.on("relay", [&socket](const troupe::value& any) { socket.emit("relay", any); });
  });
}

}  // namespace troupe_e2e
