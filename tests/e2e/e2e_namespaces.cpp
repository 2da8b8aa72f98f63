// What reference_namespaces.mjs says, on Troupe.

#include "e2e_parts.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace troupe_e2e {

namespace {

using troupe::arguments;
using troupe::next;
using troupe::nsp;
using troupe::socket;
using troupe::value;

void serve_child(const nsp& parent, socket& socket) {
  socket.emit("hello", socket.nsp().name());
  socket.on("to-child", [&socket](const arguments& all) { socket.nsp().emit("child", all); });
  socket.on("to-parent", [parent](const arguments& all) { parent.emit("parent", all); });
  socket.on("to-room", [parent](const std::string& room) { parent.to(room).emit("room", room); });
  socket.on("ask-parent", [parent](const troupe::ack& reply) {
    parent.timeout(std::chrono::seconds(60))
        .emit("question", 1, [reply](const troupe::broadcast_ack_result& result) {
          reply(!result.error, result.responses.size());
        });
  });
}

void serve_room_news(troupe::server& io) {
  struct log {
    std::mutex mutex;
    std::vector<std::string> news;
  };
  const auto told = std::make_shared<log>();
  const auto note = [told](const std::string& what) {
    const std::lock_guard lock(told->mutex);
    told->news.push_back(what);
  };
  const nsp nsp = io.of("/room-news");
  nsp.on_create_room([note](const std::string& room) { note("create " + room); });
  nsp.on_delete_room([note](const std::string& room) { note("delete " + room); });
  nsp.on_join_room([note](const std::string& room, const std::string& sid) {
    note("join " + room + " " + sid);
  });
  nsp.on_leave_room([note](const std::string& room, const std::string& sid) {
    note("leave " + room + " " + sid);
  });
  nsp.on_connection([told](socket& socket) {
    socket.on("join", [&socket](const std::string& room) { socket.join(room); });
    socket.on("leave", [&socket](const std::string& room) { socket.leave(room); });
    socket.on("news", [told] {
      const std::lock_guard lock(told->mutex);
      return told->news;
    });
  });
}

}  // namespace

void serve_namespaces(troupe::server& io) {
  struct memory {
    std::mutex mutex;
    std::vector<std::string> made;
    std::vector<next> asked;
    std::map<std::string, int> sockets;
  };
  const auto kept = std::make_shared<memory>();
  io.on_new_namespace([kept](const nsp& made) {
    const std::lock_guard lock(kept->mutex);
    kept->made.push_back(made.name());
  });
  const nsp pattern = io.of(std::regex("^/dynamic-\\d+$"));
  pattern.use([](socket& socket, const next& go_on) {
    if (!socket.handshake().auth.at("refused").is_null()) return go_on.refuse("not here");
    socket.join("early");
    go_on();
  });
  pattern.on_connection([pattern, kept](socket& socket) {
    serve_child(pattern, socket);
    const auto count = [kept, name = socket.nsp().name()](int by) {
      const std::lock_guard lock(kept->mutex);
      kept->sockets[name] += by;
    };
    count(1);
    socket.on_disconnect([count](troupe::disconnect_reason) { count(-1); });
  });
  // Asked in turn; the second answers when /names says so.
  io.of([](const std::string& name, const value&, const next& go_on) {
      name == "/first" ? go_on() : go_on.refuse("no");
    }).on_connection([](socket& socket) { socket.emit("hello", "first"); });
  io.of([kept](const std::string& name, const value& auth, const next& go_on) {
      if (name != "/later" || auth.at("token").as_string() != "secret") return go_on.refuse("no");
      const std::lock_guard lock(kept->mutex);
      kept->asked.push_back(go_on);
    }).on_connection([](socket& socket) {
    socket.emit("hello", "later");
    socket.on("early", [&socket](int n) { socket.emit("was-early", n); });
  });
  serve_room_news(io);
  io.of("/names").on_connection([&io, kept](socket& socket) {
    socket.on("made", [kept] {
      const std::lock_guard lock(kept->mutex);
      return kept->made;
    });
    socket.on("asked", [kept] {
      const std::lock_guard lock(kept->mutex);
      return kept->asked.size();
    });
    socket.on("answer", [kept] {
      std::vector<next> asked;
      {
        const std::lock_guard lock(kept->mutex);
        asked.swap(kept->asked);
      }
      for (const next& go_on : asked) go_on();
    });
    socket.on("gone", [kept](const std::string& name) {
      const std::lock_guard lock(kept->mutex);
      return kept->sockets[name] == 0;
    });
    socket.on("of", [&io](const std::string& name) { return io.of(name).name(); });
    socket.on("emit-to", [&io](const std::string& name, const std::string& event) {
      io.of(name).emit(event);
    });
  });
}

}  // namespace troupe_e2e
