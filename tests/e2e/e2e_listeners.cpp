// What reference_listeners.mjs says, on Troupe.

#include "e2e_parts.hpp"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "worker.hpp"

namespace troupe_e2e {

namespace {

using troupe::ack;
using troupe::arguments;
using troupe::event;
using troupe::listener;
using troupe::next;
using troupe::socket;
using troupe::value;

/// What one socket noted; its handlers share it.
using notes = std::shared_ptr<std::vector<std::string>>;

void serve_removal(socket& socket, const notes& log) {
  socket.once("once", [log] { log->push_back("once"); });
  auto self = std::make_shared<listener>();
  *self = socket.on("chain", [&socket, log, self] {
    log->push_back("chain 1");
    socket.off(*self);
    socket.on("chain", [log] { log->push_back("chain 3"); });
  });
  socket.on("chain", [log] { log->push_back("chain 2"); });
  socket.on("gone", [log] { log->push_back("gone"); });
  socket.on("off", [&socket](const std::string& name) { socket.off(name); });
  socket.on("listener-count",
            [&socket](const std::string& name) { return socket.listener_count(name); });
}

void serve_catch_all(socket& socket, const notes& log) {
  socket.on("listen-any", [&socket, log] {
    socket.on_any([log](const event& what) { log->push_back("any 1 " + what.name()); });
    socket.prepend_any([log](const event& what) {
      log->push_back("any 0 " + what.name() + " " + std::to_string(what.size()));
    });
  });
  socket.on("off-any", [&socket] { socket.off_any(); });
  socket.on("any-counts", [&socket](const ack& reply) {
    reply(socket.listeners_any().size(), socket.listeners_any_outgoing().size());
  });
  socket.on("off-first", [&socket] {
    socket.off_any(socket.listeners_any().at(0));
    socket.off_any_outgoing(socket.listeners_any_outgoing().at(0));
  });
  socket.on("listen-outgoing", [&socket, log] {
    socket.on_any_outgoing([log](std::string_view name, const arguments& values) {
      log->push_back("out 1 " + std::string(name) + " " + std::to_string(values.size()));
    });
    socket.prepend_any_outgoing([log](std::string_view name, const arguments&) {
      log->push_back("out 0 " + std::string(name));
    });
  });
  socket.on("off-outgoing", [&socket] { socket.off_any_outgoing(); });
  socket.on("tell-me", [&socket] { socket.emit("told", 1, 2); });
  socket.on("tell-all", [&socket] { socket.nsp().emit("told", 1); });
  socket.on("tell-others", [&socket] { socket.broadcast().emit("told", 1); });
}

/// Threads of the embedder's reach a socket by its executor.
void serve_elsewhere(socket& socket, worker& elsewhere,
                     const std::shared_ptr<std::atomic<bool>>& has_gone_on) {
  socket.on("from-elsewhere", [&socket, &elsewhere](int count) {
    elsewhere.after_a_while([&socket, count, here = socket.executor()] {
      for (int i = 0; i < count; ++i) here.post([&socket, i] { socket.emit("told", i); });
    });
  });
  socket.on("throw-from-elsewhere", [&socket, &elsewhere, has_gone_on] {
    elsewhere.after_a_while([has_gone_on, here = socket.executor()] {
      here.post([] { throw std::runtime_error("asked to"); });
      here.post([has_gone_on] { *has_gone_on = true; });
    });
  });
  socket.on("has-gone-on", [has_gone_on] { return has_gone_on->load(); });
}

void serve_middlewares(socket& socket, const notes& log) {
  auto kept = std::make_shared<std::vector<next>>();
  socket.use([log](const event& what, const next& go_on) {
    if (what.name() == "blocked")
      return go_on.refuse("not allowed", *value::from_json("{\"a\":1}"));
    if (what.name() != "notes") log->push_back("use 1 " + what.name());
    go_on();
  });
  socket.use([kept, log](const event& what, const next& go_on) {
    if (what.name() == "later") return kept->push_back(go_on);
    if (what.name() != "notes") log->push_back("use 2 " + what.name());
    go_on();
  });
  socket.on_error([log](const troupe::refusal& why) {
    log->push_back("error " + why.message + " " + std::string(why.data.json()));
  });
  socket.on("release", [kept] {
    for (const next& go_on : std::exchange(*kept, {})) go_on();
  });
  for (const char* name : {"blocked", "later", "now"})
    socket.on(name, [log, name = std::string(name)](const value& x) {
      log->push_back("handler " + name + " " + std::string(x.json()));
    });
}

void serve_notes(socket& socket, const notes& log) {
  socket.on("notes", [log](const ack& reply) { reply(std::exchange(*log, {})); });
}

void serve_reasons(troupe::server& io, socket& socket) {
  socket.join("room");
  socket.on("bye", [&socket](bool close) { socket.disconnect(close); });
  const auto note = [&io, &socket](const std::string& what, troupe::disconnect_reason reason) {
    const std::string id = socket.id();
    io.of("/reasons").except(id).emit(what, id, name_of(reason), socket.rooms().size());
    if (const char* file = std::getenv("TROUPE_E2E_NOTES"))
      std::ofstream(file, std::ios::app) << what << ' ' << id << ' ' << name_of(reason) << '\n';
  };
  socket.on_disconnecting([note](troupe::disconnect_reason reason) { note("leaving", reason); });
  socket.on_disconnect([note](troupe::disconnect_reason reason) { note("gone", reason); });
}

}  // namespace

void serve_listeners(troupe::server& io) {
  const auto elsewhere = std::make_shared<worker>();
  const auto has_gone_on = std::make_shared<std::atomic<bool>>(false);
  io.of("/listeners").on_connection([elsewhere, has_gone_on](socket& socket) {
    const auto log = std::make_shared<std::vector<std::string>>();
    serve_elsewhere(socket, *elsewhere, has_gone_on);
    serve_removal(socket, log);
    serve_catch_all(socket, log);
    serve_notes(socket, log);
    socket.on("send", [&socket](const arguments& all) { socket.send(all); });
    socket.on("send-all", [&socket](const arguments& all) { socket.nsp().send(all); });
    socket.on("reserved", [&socket](const std::string& name, const ack& reply) {
      try {
        socket.emit(name);
        reply(false);
      } catch (const std::invalid_argument&) {
        reply(true);
      }
    });
  });
  io.of("/middlewares").on_connection([](socket& socket) {
    const auto log = std::make_shared<std::vector<std::string>>();
    serve_middlewares(socket, log);
    serve_notes(socket, log);
  });
  io.of("/reasons").on_connection([&io](socket& socket) { serve_reasons(io, socket); });
  // Each waits for the event of another client: asynchronous, without a clock.
  struct waiting_room {
    std::mutex mutex;
    std::vector<next> waiting;
  };
  const auto room = std::make_shared<waiting_room>();
  io.of("/waiting").use([room](socket& socket, const next& go_on) {
    socket.join("early");
    const std::lock_guard lock(room->mutex);
    room->waiting.push_back(go_on);
  });
  io.of("/waiting").use([](socket& socket, const next& go_on) {
    if (socket.handshake().auth.at("refused").as_bool().value_or(false))
      return go_on.refuse("refused late", 7);
    go_on();
  });
  io.of("/waiting").on_connection([&io](socket& socket) {
    io.of("/waiting").to("early").emit("welcome", socket.id(), socket.rooms().size());
  });
  io.of("/door").on_connection([room](socket& socket) {
    socket.on("waiting", [room] {
      const std::lock_guard lock(room->mutex);
      return room->waiting.size();
    });
    socket.on("open", [room] {
      std::vector<next> waiting;
      {
        const std::lock_guard lock(room->mutex);
        waiting.swap(room->waiting);
      }
      for (const next& go_on : waiting) go_on();
    });
  });
}

}  // namespace troupe_e2e
