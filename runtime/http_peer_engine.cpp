#include <troupe/runtime/http_peer.hpp>

#include <algorithm>

#include <troupe/runtime/cors.hpp>
#include <troupe/runtime/session.hpp>
#include <troupe/runtime/shard.hpp>

// Engine.IO's side of an HTTP connection: from the checks and hooks before a session to its
// answers.

namespace troupe::runtime {

namespace engineio = protocol::engineio;
using engineio::request_errc;
using engineio::transport_kind;

// The allow-list, which refuses, and CORS, which tells browsers. False: the request is answered.
bool http_peer::check_origin() {
  const options& settings = home_.settings();
  if (!settings.allowed_origins && !settings.cors) return true;
  bool is_allowed = true;
  bool is_preflight = false;
  const bool is_decided = guard("an origin's function", [&] {
    const std::string_view origin = request_->fields.find("Origin");
    // A script element names no origin, whatever page it stands in.
    const bool is_script = origin.empty() && query_.find("j").has_value();
    if (settings.allowed_origins && (!origin.empty() || is_script))
      is_allowed = settings.allowed_origins->allows(origin);
    if (is_allowed && settings.cors) is_preflight = apply_cors(*settings.cors, *request_, fields_);
  });
  if (!is_decided) return false;
  if (!is_allowed) {
    refuse(request_errc::forbidden, {{"name", "ORIGIN_NOT_ALLOWED"}});
  } else if (is_preflight) {
    transport::http_response response;
    response.status = settings.cors->options_success_status;
    respond(std::move(response));
  }
  return is_allowed && !is_preflight;
}

// What the answer to a request says that is refused before it is whole.
transport::header_fields http_peer::cors_of(const transport::http_request& begun) {
  const options& settings = home_.settings();
  transport::header_fields fields;
  if (!settings.cors) return fields;
  try {
    const std::string_view origin = begun.fields.find("Origin");
    const bool is_allowed =
        !settings.allowed_origins || origin.empty() || settings.allowed_origins->allows(origin);
    if (is_allowed) apply_cors(*settings.cors, begun, fields);
    return fields;
  } catch (const std::exception& thrown) {
    note_thrown("an origin's function", thrown.what());
  } catch (...) {
    note_thrown("an origin's function", "no std::exception");
  }
  return {};
}

// --- Engine.IO's own checks

void http_peer::verify() {
  const std::string_view sid = query_.find("sid").value_or("");
  session* const found = sid.empty() ? nullptr : home_.find(sid);
  const engineio::request_facts facts{
      query_,
      request_->method,
      request_->wants_upgrade,
      request_->fields.find("Origin"),
      found == nullptr ? std::nullopt : std::optional(found->transport()),
      found != nullptr && found->is_revision_3() ? engineio::revision::v3 : engineio::revision::v4};
  if (const auto wrong = engineio::check(facts, home_.engine_options().transports))
    return refuse(*wrong, has_listener() ? context_of(*wrong, facts) : error_context());
  if (request_->wants_upgrade && !request_->is_websocket_upgrade) return refuse_handshake();
  if (found != nullptr) return request_->wants_upgrade ? upgrade(*found) : serve(*found);
  home_.settings().allow_request ? ask_admission() : open();
}

bool http_peer::is_handshake() const noexcept {
  return query_.find("sid").value_or("").empty();
}

bool http_peer::has_listener() const noexcept {
  return !home_.hooks().connection_error.empty();
}

void http_peer::refuse_handshake() {
  // RFC 6455, section 4.4: who speaks another version is told which one is spoken here.
  if (request_->fields.find("Sec-WebSocket-Version") != "13")
    fields_.set("Sec-WebSocket-Version", "13");
  refuse(request_errc::bad_request, {{"name", "TRANSPORT_HANDSHAKE_ERROR"}});
}

void http_peer::refuse(request_errc code, error_context context) {
  home_.count().requests_refused.add();
  connection_error told{*request_, static_cast<int>(code), engineio::message_of(code),
                        std::move(context)};
  for (const auto& listener : home_.hooks().connection_error)
    if (!guard("on_connection_error", [&] { listener(told); })) return;
  const std::string_view said = told.find("message");
  const std::string_view message = said.empty() ? told.message : said;
  transport::http_response response;
  response.status = code == request_errc::forbidden ? 403 : 400;
  if (is_upgrade_) {
    response.close = true;
    response.fields.add("Content-type", "text/html");
    response.body = message;
  } else {
    response.fields.add("Content-Type", "application/json");
    response.body = engineio::error_body(code, message);
  }
  respond(std::move(response));
}

// --- sessions

client_handshake http_peer::make_handshake() const {
  client_handshake made;
  made.headers = request_->fields.all();
  made.query = query_.parameters;
  made.url = request_->query.empty() ? request_->path : request_->path + "?" + request_->query;
  made.address = connection_->remote_address();
  made.issued = home_.wall();
  made.secure = connection_->is_secure();
  made.cross_domain = request_->fields.has("Origin");
  made.context = request_->context;
  return made;
}

void http_peer::open() {
  if (!home_.takes_clients()) return unavailable();
  home_.hooks().generate_id ? ask_name() : admit({});
}

void http_peer::admit(std::string sid) {
  if (home_.find(sid) != nullptr)
    return refuse(request_errc::bad_request, {{"name", "ID_GENERATION_ERROR"}});
  client_handshake handshake;
  if (!guard("copying a hook's context", [&] { handshake = make_handshake(); })) return;
  transport::admission::place place;
  if (!home_.admit_session(connection_->remote_address(), place)) return unavailable();
  if (!request_->wants_upgrade) {
    session& opened =
        home_.open_session(transport_kind::polling, std::move(handshake), std::move(sid));
    session_ = &opened;
    opened.hold(std::move(place));
    if (const auto index = query_.find("j")) opened.speak_jsonp(*index);
    opened.open();
    return opened.get(*this);
  }
  std::optional<transport::deflate_agreement> deflate;
  const auto greeting = greet(deflate);
  if (!greeting) return;
  session& opened =
      home_.open_session(transport_kind::websocket, std::move(handshake), std::move(sid));
  opened.hold(std::move(place));
  auto [bytes, unread] = connection_->release();
  opened.open_websocket(std::move(bytes), std::move(unread), *greeting, deflate);
  bury();
}

// The 101 response; none: it could not be made, and the request is answered.
std::optional<std::string> http_peer::greet(std::optional<transport::deflate_agreement>& deflate) {
  const auto& compression = home_.settings().per_message_deflate;
  if (compression) deflate = transport::negotiate_deflate(*request_, *compression, fields_);
  if (!tell_headers(fields_)) return std::nullopt;
  auto greeting = transport::websocket_accept(*request_, fields_);
  if (greeting) return *std::move(greeting);
  refuse_handshake();
  return std::nullopt;
}

// What the user's listeners add to a session's response. False: one threw, which is answered.
bool http_peer::tell_headers(transport::header_fields& fields) {
  const engine_hooks& hooks = home_.hooks();
  const auto tell = [&](const std::vector<headers_listener>& all) {
    return std::all_of(all.begin(), all.end(), [&](const headers_listener& one) {
      return guard("a listener for headers", [&] { one(fields, *request_); });
    });
  };
  return (!is_handshake() || tell(hooks.initial_headers)) && tell(hooks.headers);
}

void http_peer::upgrade(session& found) {
  std::optional<transport::deflate_agreement> deflate;
  const auto greeting = greet(deflate);
  if (!greeting) return;
  auto [bytes, unread] = connection_->release();
  found.open_websocket(std::move(bytes), std::move(unread), *greeting, deflate);
  bury();
}

void http_peer::serve(session& found) {
  if (request_->method == "GET") {
    session_ = &found;
    return found.get(*this);
  }
  if (request_->method == "POST") {
    session_ = &found;
    const std::string body = std::move(request_->body);
    return found.post(*this, body,
                      request_->fields.find("Content-Type") == "application/octet-stream");
  }
  transport::http_response response;
  response.status = 500;
  respond(std::move(response));
}

void http_peer::add_polling_fields(transport::header_fields& fields) const {
  const std::string_view agent = request_->fields.find("User-Agent");
  // Internet Explorer's filter would refuse the payload otherwise.
  if (agent.find(";MSIE") != agent.npos || agent.find("Trident/") != agent.npos)
    fields.add("X-XSS-Protection", "0");
}

void http_peer::answer_get(polled payload) {
  const session& from = *std::exchange(session_, nullptr);
  transport::http_response response;
  response.fields.add("Content-Type",
                      payload.binary ? "application/octet-stream" : "text/plain; charset=UTF-8");
  response.fields.add("Cache-Control", "no-store");
  add_polling_fields(response.fields);
  const auto& cookie = home_.settings().cookie;
  if (cookie && is_handshake()) response.fields.add("Set-Cookie", set_cookie(*cookie, from.sid()));
  if (!tell_headers(response.fields)) return;
  response.body = std::move(payload.bytes);
  if (payload.may_compress) compress(response);
  respond(std::move(response));
}

void http_peer::compress(transport::http_response& response) {
  const auto& bounds = home_.settings().http_compression;
  const std::size_t size = response.body.size();
  if (!bounds || size < bounds->threshold || size > bounds->bytes_max) return;
  const auto encoding = transport::preferred_encoding(request_->fields.find("Accept-Encoding"));
  if (!encoding) return;
  auto compressed = home_.compressor().compress(response.body, *encoding);
  if (!compressed) return;
  response.body = *std::move(compressed);
  response.fields.add("Content-Encoding", std::string(name_of(*encoding)));
}

void http_peer::answer_post(engineio::post_verdict verdict) {
  session_ = nullptr;
  transport::http_response response;
  if (verdict == engineio::post_verdict::ok) {
    response.fields.add("Content-Type", "text/html");
    response.body = "ok";
  } else {
    response.status = verdict == engineio::post_verdict::too_large ? 413 : 400;
  }
  add_polling_fields(response.fields);
  if (response.status == 200 && !tell_headers(response.fields)) return;
  respond(std::move(response));
}

void http_peer::answer_overlap() {
  session_ = nullptr;
  transport::http_response response;
  response.status = 400;
  respond(std::move(response));
}

}  // namespace troupe::runtime
