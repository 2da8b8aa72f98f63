// What reference_operators.mjs says, on Troupe.

#include "e2e_parts.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <troupe/asio.hpp>

namespace troupe_e2e {

namespace {

using std::chrono::milliseconds;
using troupe::ack;
using troupe::arguments;
using troupe::broadcast_ack_result;
using troupe::broadcast_operator;
using troupe::remote_socket;
using troupe::socket;
using troupe::value;

std::vector<std::string> strings(const value& list) {
  std::vector<std::string> all;
  for (const value& one : list.as_array().value_or(std::vector<value>{}))
    all.push_back(one.as_string().value_or(""));
  return all;
}

/// `{from, to, except, volatile, compress, local, timeout}` as an operator.
broadcast_operator chosen(const socket& who, const value& spec) {
  broadcast_operator all =
      spec.at("from").as_string() == "socket" ? who.broadcast() : who.nsp().everyone();
  if (!spec.at("to").is_null()) all = all.to(strings(spec.at("to")));
  if (!spec.at("except").is_null()) all = all.except(strings(spec.at("except")));
  if (spec.at("volatile").as_bool().value_or(false)) all = all.volatile_();
  if (const auto may = spec.at("compress").as_bool()) all = all.compress(*may);
  if (spec.at("local").as_bool().value_or(false)) all = all.local();
  if (const auto limit = spec.at("timeout").as_int()) all = all.timeout(milliseconds(*limit));
  return all;
}

arguments rest_of(const arguments& all, std::size_t taken) {
  return {all.begin() + static_cast<std::ptrdiff_t>(taken), all.end()};
}

value error_text(const boost::system::error_code& error) {
  return error ? value(error.message()) : value();
}

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
boost::asio::awaitable<void> co_ack(socket& socket, milliseconds limit, ack reply) {
  const arguments asked{value("x")};  // g++ 12 takes no list within a co_await.
  try {
    const arguments answer = co_await troupe::async_emit_with_ack(
        socket.timeout(limit), "question", asked, boost::asio::use_awaitable);
    socket.emit("resumed", socket.id());
    reply(value(), answer);
  } catch (const boost::system::system_error& failed) {
    reply(error_text(failed.code()), arguments());
  }
}
#endif

void serve_emits(socket& socket) {
  socket.on("op", [&socket](const value& spec, const std::string& event, const arguments& all) {
    chosen(socket, spec).emit(event, rest_of(all, 2));
  });
  socket.on("op-ack", [&socket](const value& spec, const std::string& event, const ack& reply) {
    chosen(socket, spec).emit(event, 1, [reply](const broadcast_ack_result& result) {
      reply(error_text(result.error), result.responses);
    });
  });
  socket.on("self", [&socket](const arguments& all) {
    socket.volatile_().emit("self", "volatile", all);
    socket.compress(false).emit("self", "compress");
    socket.timeout(milliseconds(100)).emit("self", "timeout");
  });
  socket.on("self-ack", [&socket](int limit, const ack& reply) {
    socket.timeout(milliseconds(limit))
        .emit("question", "x", [reply](const troupe::ack_result& answer) {
          if (answer) return reply(value(), *answer);
          reply(answer.error().message(), arguments());
        });
  });
  // The same, with a coroutine that runs as the socket's handlers do.
  socket.on("self-co-ack", [&socket](int limit, const ack& reply) {
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
    boost::asio::co_spawn(troupe::asio_executor(socket), co_ack(socket, milliseconds(limit), reply),
                          boost::asio::detached);
#else
    troupe::async_emit_with_ack(
        socket.timeout(milliseconds(limit)), "question", {"x"},
        [reply](boost::system::error_code error, const arguments& answer) {
          reply(error_text(error), answer);
        });
#endif
  });
  socket.on("rooms", [&socket] {
    const auto rooms = socket.rooms();
    return std::vector<std::string>(rooms.begin(), rooms.end());
  });
  socket.on("join", [&socket](const std::vector<std::string>& rooms, const ack& reply) {
    socket.join(rooms);
    reply();
  });
  socket.on("leave", [&socket](const std::string& room, const ack& reply) {
    socket.leave(room);
    reply();
  });
  socket.on("set-data", [&socket](const value& what, const ack& reply) {
    socket.data() = what;
    reply();
  });
}

value described(const remote_socket& one) {
  const auto* data = std::any_cast<value>(&one.data());
  return value::from_members({{"id", one.id()},
                              {"rooms", troupe::conversion<std::vector<std::string>>::to(
                                            {one.rooms().begin(), one.rooms().end()})},
                              {"data", data != nullptr ? *data : *value::from_json("{}")},
                              {"auth", one.handshake().auth},
                              {"query", one.handshake().client.parameter("who")}});
}

void serve_members(socket& socket) {
  socket.on("fetch", [&socket](const value& spec, const ack& reply) {
    chosen(socket, spec).fetch_sockets([reply](const std::vector<remote_socket>& found) {
      std::vector<value> all;
      for (const remote_socket& one : found) all.push_back(described(one));
      reply(value::from_elements(all));
    });
  });
  socket.on("count", [&socket](const value& spec, const ack& reply) {
    chosen(socket, spec).count_sockets([reply](std::size_t found) { reply(found); });
  });
  socket.on("join-and-count", [&socket](const std::string& room, const ack& reply) {
    socket.join(room);
    socket.nsp().in(room).count_sockets([reply](std::size_t found) { reply(found); });
  });
  socket.on("join-all", [&socket](const value& spec, const std::vector<std::string>& rooms) {
    chosen(socket, spec).sockets_join(rooms);
    socket.nsp().to(rooms).emit("joined-all");
  });
  socket.on("leave-all", [&socket](const value& spec, const std::vector<std::string>& rooms) {
    chosen(socket, spec).sockets_leave(rooms);
    socket.nsp().to(rooms).emit("left-all");
  });
  socket.on("kick", [&socket](const value& spec, bool close) {
    socket.nsp().emit("before");
    chosen(socket, spec).disconnect_sockets(close);
    socket.nsp().emit("after");
  });
  socket.on("remote", [&socket](const std::string& id, const std::string& what, const ack& reply) {
    socket.nsp().in(id).fetch_sockets([what, reply](const std::vector<remote_socket>& found) {
      const remote_socket& one = found.at(0);
      if (what == "emit") one.emit("remote", 1, "x");
      if (what == "join") one.join({"remote 1", "remote 2"});
      if (what == "leave") one.leave("remote 1");
      if (what == "disconnect") one.disconnect();
      reply();
    });
  });
  socket.on("remote-ask", [&socket](const std::string& id, int limit, const ack& reply) {
    const auto asked = [limit, reply](const std::vector<remote_socket>& found) {
      found.at(0).timeout(milliseconds(limit)).emit("question", 2, [reply](const auto& answer) {
        reply(answer ? value() : value(answer.error().message()),
              answer && !answer->empty() ? answer->front() : value());
      });
    };
    socket.nsp().in(id).fetch_sockets(asked);
  });
}

}  // namespace

void serve_operators(troupe::server& io) {
  struct waiting {
    std::mutex mutex;
    std::vector<std::future<void>> all;
  };
  const auto futures = std::make_shared<waiting>();
  io.of("/ops").on_connection([&io, futures](socket& socket) {
    serve_emits(socket);
    serve_members(socket);
    // As a thread of the embedder's would.
    socket.on("wait-ack", [&io, futures](int limit, const ack& reply) {
      const std::lock_guard lock(futures->mutex);
      futures->all.push_back(std::async(std::launch::async, [&io, limit, reply] {
        const auto result =
            io.of("/ops").timeout(milliseconds(limit)).emit_with_ack("question", 3).get();
        reply(error_text(result.error), result.responses,
              io.of("/ops").fetch_sockets().get().size(), io.of("/ops").count_sockets().get(),
              io.of("/ops").in("counted").count_sockets().get());
      }));
    });
    socket.on("remote-wait", [&io, futures](const std::string& id, int limit, const ack& reply) {
      const std::lock_guard lock(futures->mutex);
      futures->all.push_back(std::async(std::launch::async, [&io, id, limit, reply] {
        const auto found = io.of("/ops").in(id).fetch_sockets().get();
        const auto answer =
            found.at(0).timeout(milliseconds(limit)).emit_with_ack("question", 2).get();
        reply(answer ? value() : value(answer.error().message()),
              answer && !answer->empty() ? answer->front() : value());
      }));
    });
  });
  io.of("/other").on_connection([](troupe::socket&) {});
}

}  // namespace troupe_e2e
