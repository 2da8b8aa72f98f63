#include "engine_scenarios.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "worker.hpp"

// reference_engine_server.mjs has the same on Node's socket.io.

namespace {

worker& later() {
  static worker one;
  return one;
}

/// The value of a parameter in the request's query; empty if there is none.
std::string parameter(const troupe::transport::http_request& request, const std::string& name) {
  const std::string query = "&" + request.query + "&";
  const auto at = query.find("&" + name + "=");
  if (at == query.npos) return {};
  const auto begin = at + name.size() + 2;
  return query.substr(begin, query.find('&', begin) - begin);
}

/// Strings that handlers of all shards write and read.
class shared_list {
 public:
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(text));
  }
  /// As a JSON array of what was added, which is forgotten.
  troupe::value take() {
    const std::lock_guard lock(mutex_);
    std::string json = "[";
    for (const std::string& one : std::exchange(all_, {}))
      json += (json.size() > 1 ? "," : "") + one;
    return *troupe::value::from_json(json + "]");
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> all_;
};

std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) (json += c == '"' || c == '\\' ? "\\" : "") += c;
  return json + '"';
}

void add_cors(std::map<std::string, scenario>& all) {
  const auto add = [&all](const std::string& name, const troupe::cors_options& cors) {
    all[name].configure = [cors](troupe::options& options) { options.cors = cors; };
  };
  const troupe::origin_pattern subdomains{"\\.b\\.example$"};
  add("cors-any", {});
  add("cors-none", {.origin = false});
  add("cors-one", {.origin = "http://a.example"});
  add("cors-list", {.origin = {"http://a.example", subdomains}});
  add("cors-pattern", {.origin = subdomains});
  add("cors-function",
      {.origin = [](std::string_view origin) { return origin.substr(0, 12) == "http://good."; }});
  add("cors-true", {.origin = true,
                    .methods = "GET,POST",
                    .allowed_headers = "X-Token",
                    .exposed_headers = "X-Mine",
                    .credentials = true,
                    .max_age = std::chrono::seconds(60),
                    .options_success_status = 200});
  add("cors-continue", {.origin = "http://a.example", .preflight_continue = true});
  all["cors-throws"].configure = [](troupe::options& options) {
    options.cors = {.origin = [](std::string_view) -> bool { throw 1; }};
  };
  all["origins"].configure = [subdomains](troupe::options& options) {
    options.allowed_origins = {"http://a.example", subdomains};
    options.cors = {.origin = true};
  };
}

using troupe::transport::http_request;

// Where it is to be reached; else the default, which no answer comes near.
constexpr std::chrono::milliseconds hook_timeout{300};

void decide(const http_request& request, const troupe::admission& answer) {
  const std::string verdict = parameter(request, "verdict");
  if (verdict == "no") answer.refuse();
  if (verdict == "because") answer.refuse("Not \"you\"");
  if (verdict == "both" || verdict.empty() || verdict == "yes") answer.accept();
  if (verdict == "both") answer.refuse();
  if (verdict == "later") later().after_a_while([answer] { answer.accept(); });
  if (verdict == "later-no") later().after_a_while([answer] { answer.refuse(); });
  if (verdict == "throws") throw std::runtime_error("asked to");
}

void add_allow_request(std::map<std::string, scenario>& all) {
  all["allow"].configure = [](troupe::options& options) { options.allow_request = decide; };
  all["allow-deadline"].configure = [](troupe::options& options) {
    options.allow_request = decide;
    options.http_hook_timeout = hook_timeout;
  };
  all["allow-never"].configure = [](troupe::options& options) {
    options.allow_request = decide;
    options.http_hook_timeout = options.close_timeout = std::chrono::minutes(10);
  };
}

void add_middlewares(std::map<std::string, scenario>& all) {
  const auto seen = std::make_shared<shared_list>();
  const auto first = [seen](const http_request& request, troupe::engine_response& response,
                            const troupe::engine_next& next) {
    seen->add(json_string("first " + parameter(request, "transport")));
    response.set_header("X-Order", "first");
    const std::string what = parameter(request, "mw");
    if (what == "throws") throw std::runtime_error("asked to");
    if (what == "never") return;
    if (what == "end") return response.end(401, "who are you?");
    if (what == "fail") return next.fail();
    if (what == "later") return later().after_a_while([next] { next(); });
    if (what == "later-end")
      return later().after_a_while([next, &response] { response.end(401, "who are you?"); });
    next();
    if (what == "twice") next();
  };
  const auto second = [seen](const http_request& request, troupe::engine_response& response,
                             const troupe::engine_next& next) {
    seen->add(json_string("second " + parameter(request, "transport")));
    response.set_header("X-Order", std::string(response.header("X-Order")) + ", second");
    next();
  };
  all["middleware-deadline"].configure = [](troupe::options& options) {
    options.http_hook_timeout = hook_timeout;
  };
  all["middleware"].prepare = [=](troupe::server& io) {
    io.engine().use(first).use(second);
    io.on_connection([seen](troupe::socket& socket) {
      socket.on("seen", [seen](const troupe::ack& reply) { reply(seen->take()); });
    });
  };
  all["middleware-deadline"].prepare = all["middleware"].prepare;
}

void add_events(std::map<std::string, scenario>& all) {
  all["events"].configure = [](troupe::options& options) {
    options.allow_request = [](const http_request& request, const troupe::admission& answer) {
      parameter(request, "verdict") == "because" ? answer.refuse("Not you") : answer.accept();
    };
  };
  const auto errors = std::make_shared<shared_list>();
  all["events"].prepare = [errors](troupe::server& io) {
    io.engine().on_connection_error([errors](const troupe::connection_error& error) {
      std::string json = "{\"code\":" + std::to_string(error.code) +
                         ",\"message\":" + json_string(error.message) + ",\"context\":{";
      for (const auto& [name, value] : error.context)
        json += (json.back() == '{' ? "" : ",") + json_string(name) + ":" + json_string(value);
      errors->add(json + "}}");
    });
    io.engine().on_initial_headers([](troupe::transport::header_fields& fields,
                                      const http_request&) { fields.set("X-Initial", "1"); });
    io.engine().on_headers([](troupe::transport::header_fields& fields, const http_request&) {
      fields.set("X-Each", "1");
    });
    io.on_connection([errors, &io](troupe::socket& socket) {
      socket.on("errors", [errors](const troupe::ack& reply) { reply(errors->take()); });
      socket.on("clients-count", [&io](const troupe::ack& reply) {
        reply(static_cast<int>(io.engine().clients_count()));
      });
    });
  };
}

void add_ids(std::map<std::string, scenario>& all) {
  all["ids"].prepare = [](troupe::server& io) {
    io.engine().generate_id([](const http_request& request) -> std::string {
      const std::string id = parameter(request, "id");
      return id == "fail" ? "" : id;
    });
  };
  all["ids-later"].prepare = [](troupe::server& io) {
    io.engine().generate_id([](const http_request& request, const troupe::id_reply& reply) {
      later().after_a_while(
          [id = parameter(request, "id"), reply] { id == "fail" ? reply.fail() : reply(id); });
    });
  };
}

void add_handshake_options(std::map<std::string, scenario>& all) {
  const auto add = [&all](const std::string& name, void (*configure)(troupe::options&)) {
    all[name].configure = configure;
  };
  add("cookie", [](troupe::options& options) { options.cookie.emplace(); });
  add("cookie-full", [](troupe::options& options) {
    options.cookie = {.name = "lb",
                      .path = "/chat",
                      .http_only = false,
                      .same_site = troupe::same_site::none,
                      .domain = "example.org",
                      .max_age = std::chrono::hours(1),
                      .expires = std::chrono::system_clock::from_time_t(784111777),
                      .secure = true};
  });
  add("cookie-bare", [](troupe::options& options) {
    options.cookie = {.path = "", .http_only = false, .same_site = troupe::same_site::unset};
  });
  add("initial", [](troupe::options& options) { options.initial_packet = "hello \"you\""; });
  add("no-slash", [](troupe::options& options) { options.add_trailing_slash = false; });
  add("no-destroy", [](troupe::options& options) { options.destroy_upgrade = false; });
  add("no-compression", [](troupe::options& options) { options.http_compression.reset(); });
  add("compress-all", [](troupe::options& options) { options.http_compression->threshold = 0; });
}

/// What each session told, by its id.
class session_logs {
 public:
  void add(const std::string& id, std::string line) {
    const std::lock_guard lock(mutex_);
    logs_[id].push_back(std::move(line));
  }
  std::vector<std::string> of(const std::string& id) {
    const std::lock_guard lock(mutex_);
    return logs_[id];
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> logs_;
};

void log_session(session_logs& logs, troupe::engine_session& conn) {
  const auto add = [&logs, id = conn.id()](std::string line) { logs.add(id, std::move(line)); };
  const auto text = [](const troupe::engine_packet& packet) {
    return std::string(packet.type) + " " + std::string(packet.data);
  };
  add("open " + std::string(conn.transport()) + (conn.remote_address().empty() ? "" : " true"));
  conn.on_upgrade([add, &conn] { add("upgrade " + std::string(conn.transport())); })
      .on_packet([=](const troupe::engine_packet& packet) { add("packet " + text(packet)); })
      .on_packet_create([=](const troupe::engine_packet& packet) { add("create " + text(packet)); })
      .on_drain([add] { add("drain"); })
      .on_heartbeat([add] { add("heartbeat"); })
      .on_close([add](troupe::disconnect_reason reason) {
        add("close " + std::string(name_of(reason)));
        throw std::runtime_error("of no consequence");
      });
}

void add_sessions(std::map<std::string, scenario>& all) {
  all["sessions"].configure = [](troupe::options& options) {
    options.ping_interval = std::chrono::milliseconds(200);
  };
  all["sessions"].prepare = [](troupe::server& io) {
    const auto logs = std::make_shared<session_logs>();
    io.engine().on_connection([logs](troupe::engine_session& conn) { log_session(*logs, conn); });
    io.on_connection([logs](troupe::socket& socket) {
      socket.on("log", [logs](const std::string& id) { return logs->of(id); });
      socket.on("transport", [&socket] { return std::string(socket.conn().transport()); });
      socket.on("close-conn", [&socket] { socket.conn().close(); });
    });
  };
}

}  // namespace

std::map<std::string, scenario> scenarios() {
  later();
  std::map<std::string, scenario> all{{"plain", {}}};
  add_handshake_options(all);
  add_sessions(all);
  add_cors(all);
  add_allow_request(all);
  add_middlewares(all);
  add_context(all);
  add_events(all);
  add_ids(all);
  return all;
}
