#include <memory>
#include <string>

#include "engine_scenarios.hpp"
#include "worker.hpp"

// What hooks find out about a request, on its way to the sockets.

namespace {

using troupe::transport::http_request;

/// Who made a request, and which hooks it has passed.
struct visitor {
  std::string name;
  std::string passed;
};

const visitor* visitor_of(const std::any& context) {
  return std::any_cast<visitor>(&context);
}

std::string described(const std::any& context) {
  const visitor* const who = visitor_of(context);
  return who == nullptr ? "nobody" : who->name + ": " + who->passed;
}

void identify(worker& later, const http_request& request, const troupe::engine_next& next) {
  const std::string query = "&" + request.query + "&";
  const auto found = query.find("&who=");
  if (found == query.npos) return next();
  const auto at = found + 5;
  visitor who{query.substr(at, query.find('&', at) - at),
              query.find("transport=polling") != query.npos ? "polling" : "websocket"};
  if (who.name != "later") return next.with(std::move(who));
  later.after_a_while([who = std::move(who), next] { next.with(who); });
}

void mark(const http_request& request, const troupe::engine_next& next) {
  const visitor* const who = visitor_of(request.context);
  if (who == nullptr) return next();
  next.with(visitor{who->name, who->passed + ", marked"});
}

void admit(const http_request& request, const troupe::admission& answer) {
  const visitor* const who = visitor_of(request.context);
  if (who == nullptr || who->name == "kept") return answer.accept();
  if (who->name == "banned") return answer.refuse("banned");
  answer.accept(visitor{who->name, who->passed + ", admitted"});
}

}  // namespace

void add_context(std::map<std::string, scenario>& all) {
  const auto later = std::make_shared<worker>();
  all["context"].configure = [](troupe::options& options) { options.allow_request = admit; };
  all["context"].prepare = [later](troupe::server& io) {
    io.engine()
        .use([later](const http_request& request, troupe::engine_response&,
                     const troupe::engine_next& next) { identify(*later, request, next); })
        .use([](const http_request& request, troupe::engine_response&,
                const troupe::engine_next& next) { mark(request, next); });
    io.of("/members").use([](troupe::socket& socket, const troupe::next& next) {
      visitor_of(socket.handshake().client.context) == nullptr ? next.refuse("members only")
                                                               : next();
    });
    const auto serve = [](troupe::socket& socket) {
      socket.on("who", [&socket] { return described(socket.handshake().client.context); });
      socket.on("who-conn", [&socket] { return described(socket.conn().handshake().context); });
      socket.on("who-all", [&socket](const troupe::ack& reply) {
        socket.nsp().fetch_sockets([reply](const std::vector<troupe::remote_socket>& found) {
          std::vector<std::string> names;
          for (const auto& one : found) names.push_back(described(one.handshake().client.context));
          reply(names);
        });
      });
    };
    io.on_connection(serve);
    io.of("/members").on_connection(serve);
  };
}
