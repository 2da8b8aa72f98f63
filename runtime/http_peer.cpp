#include <troupe/runtime/http_peer.hpp>

#include <algorithm>

#include <troupe/actors/messages.hpp>
#include <troupe/runtime/cors.hpp>
#include <troupe/runtime/session.hpp>
#include <troupe/runtime/shard.hpp>
#include <troupe/runtime/travellers.hpp>

namespace troupe::runtime {

namespace engineio = protocol::engineio;
using engineio::request_errc;
using engineio::transport_kind;

http_peer::http_peer(shard& home, std::unique_ptr<transport::stream> bytes, std::string unread)
    : home_(home),
      connection_(std::make_unique<transport::http_connection>(
          std::move(bytes), home.http_options(), home.scratch(), *this, std::move(unread))) {}

void http_peer::start() {
  connection_->start();
}

void http_peer::start_with(transport::http_request request, bool last) {
  connection_->start_answering(request.method == "HEAD", last);
  on_request(std::move(request));
}

time_point http_peer::now() const {
  return home_.now();
}

void http_peer::on_request(transport::http_request request) {
  request_ = std::move(request);
  route();
}

// What a request is for, in the reference's order: the path, the application's files below it,
// CORS, then Engine.IO's own checks.
void http_peer::route() {
  const std::string& path = home_.path();
  if (is_health_check()) return answer_health();
  if (request_->path.compare(0, path.size(), path) != 0) return route_elsewhere();
  const options& settings = home_.settings();
  if (request_->path.size() > path.size() && answer_by_application()) return;
  if (settings.cors && request_->method == "OPTIONS")
    return respond(answer_preflight(*settings.cors, *request_));

  const engineio::query parameters = engineio::parse_query(request_->query);
  const std::string_view sid = parameters.find("sid").value_or("");
  session* found = nullptr;
  if (!sid.empty()) {
    const unsigned owner = home_.shard_of(sid);
    if (owner != home_.index()) return move_to(owner);
    found = home_.find(sid);
  }
  const engineio::request_facts facts{
      parameters,
      request_->method,
      request_->wants_upgrade,
      request_->fields.find("Origin"),
      found == nullptr ? std::nullopt : std::optional(found->transport()),
      found != nullptr && found->is_revision_3() ? engineio::revision::v3 : engineio::revision::v4};
  if (const auto wrong = engineio::check(facts, home_.engine_options().transports))
    return refuse(*wrong);
  if (request_->wants_upgrade && !request_->is_websocket_upgrade)
    return refuse(request_errc::bad_request);
  if (found == nullptr) return open(parameters);
  request_->wants_upgrade ? upgrade(*found) : serve(*found);
}

bool http_peer::is_health_check() const noexcept {
  const std::string& health = home_.settings().health_path;
  return !health.empty() && request_->path == health && !request_->wants_upgrade;
}

void http_peer::answer_health() {
  transport::http_response response;
  const bool takes_clients = home_.takes_clients();
  response.status = takes_clients ? 200 : 503;
  response.fields.add("Content-Type", "text/plain");
  response.fields.add("Cache-Control", "no-store");
  response.body = takes_clients ? "ok\n" : "draining\n";
  respond(std::move(response));
}

// The application's own pages. What it throws costs this request only.
bool http_peer::answer_by_application() {
  const auto& ask = home_.settings().on_http;
  if (!ask || request_->wants_upgrade) return false;
  try {
    auto response = ask(*request_);
    if (!response) return false;
    respond(*std::move(response));
    return true;
  } catch (const std::exception& thrown) {
    home_.shared().log(log_level::error, std::string("on_http threw: ") + thrown.what());
  } catch (...) {
    home_.shared().log(log_level::error, "on_http threw");
  }
  home_.count().handlers_thrown.add();
  transport::http_response failed;
  failed.status = 500;
  respond(std::move(failed));
  return true;
}

void http_peer::route_elsewhere() {
  const options& settings = home_.settings();
  if (answer_by_application()) return;
  if (request_->wants_upgrade) {
    // Nobody serves it: as the reference, close without an answer after a while.
    waits_to_be_destroyed_ = true;
    home_.deadlines().schedule(*this, home_.now() + settings.destroy_upgrade_timeout);
    return;
  }
  transport::http_response response;
  response.status = 404;
  respond(std::move(response));
}

void http_peer::refuse(request_errc code) {
  home_.count().requests_refused.add();
  transport::http_response response;
  response.status = code == request_errc::forbidden ? 403 : 400;
  const std::string_view message = engineio::message_of(code);
  if (request_->wants_upgrade) {
    response.close = true;
    response.status = 400;
    response.fields.add("Content-type", "text/html");
    response.body = message;
  } else {
    response.fields.add("Content-Type", "application/json");
    if (home_.settings().cors) add_cors_headers(*home_.settings().cors, *request_, response.fields);
    response.body = engineio::error_body(code, message);
  }
  respond(std::move(response));
}

client_handshake http_peer::make_handshake(const engineio::query& parameters) const {
  client_handshake made;
  made.headers = request_->fields.all();
  made.query = parameters.parameters;
  made.url = request_->query.empty() ? request_->path : request_->path + "?" + request_->query;
  made.address = connection_->remote_address();
  made.issued = home_.wall();
  made.secure = connection_->is_secure();
  made.cross_domain = request_->fields.has("Origin");
  return made;
}

void http_peer::open(const engineio::query& parameters) {
  transport::admission::place place;
  if (!home_.admit_session(connection_->remote_address(), place)) {
    transport::http_response response;
    response.status = 503;
    response.close = true;
    return respond(std::move(response));
  }
  if (!request_->wants_upgrade) {
    session& opened = home_.open_session(transport_kind::polling, make_handshake(parameters));
    session_ = &opened;
    opened.hold(std::move(place));
    opened.open();
    return opened.get(*this);
  }
  transport::header_fields extra;
  const auto deflate = negotiate_deflate(extra);
  const auto greeting = transport::websocket_accept(*request_, extra);
  if (!greeting) return refuse(request_errc::bad_request);
  session& opened = home_.open_session(transport_kind::websocket, make_handshake(parameters));
  opened.hold(std::move(place));
  auto [bytes, unread] = connection_->release();
  opened.open_websocket(std::move(bytes), std::move(unread), *greeting, deflate);
  bury();
}

std::optional<transport::deflate_agreement> http_peer::negotiate_deflate(
    transport::header_fields& response) const {
  const auto& options = home_.settings().per_message_deflate;
  if (!options) return std::nullopt;
  return transport::negotiate_deflate(*request_, *options, response);
}

void http_peer::upgrade(session& found) {
  transport::header_fields extra;
  const auto deflate = negotiate_deflate(extra);
  const auto greeting = transport::websocket_accept(*request_, extra);
  if (!greeting) return refuse(request_errc::bad_request);
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
  if (home_.settings().cors) add_cors_headers(*home_.settings().cors, *request_, fields);
  const std::string_view agent = request_->fields.find("User-Agent");
  // Internet Explorer's filter would refuse the payload otherwise.
  if (agent.find(";MSIE") != agent.npos || agent.find("Trident/") != agent.npos)
    fields.add("X-XSS-Protection", "0");
}

void http_peer::answer_get(std::string payload, bool binary) {
  session_ = nullptr;
  transport::http_response response;
  response.fields.add("Content-Type",
                      binary ? "application/octet-stream" : "text/plain; charset=UTF-8");
  response.fields.add("Cache-Control", "no-store");
  add_polling_fields(response.fields);
  response.body = std::move(payload);
  respond(std::move(response));
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
  respond(std::move(response));
}

void http_peer::answer_overlap() {
  session_ = nullptr;
  transport::http_response response;
  response.status = 400;
  respond(std::move(response));
}

void http_peer::respond(transport::http_response response) {
  request_.reset();
  connection_->respond(response);
}

void http_peer::move_to(unsigned shard) {
  const bool last = connection_->is_last();
  auto [bytes, unread] = connection_->release();
  auto traveller = std::make_shared<moved_request>(std::move(bytes), std::move(unread),
                                                   *std::move(request_), last, home_.loops());
  traveller->leave_for(shard);
  actors::tell(home_.shared().arms[shard], actors::adopt{std::move(traveller)});
  bury();
}

void http_peer::drop() {
  session_ = nullptr;
  connection_->close();
  bury();
}

void http_peer::on_closed() {
  if (session* holder = std::exchange(session_, nullptr)) holder->lost(*this);
  bury();
}

void http_peer::on_deadline_changed() {
  const time_point due = connection_->deadline();
  if (due != time_point::max()) home_.deadlines().schedule_by(*this, due);
}

void http_peer::expired(time_point now) {
  if (buried_) return;
  if (waits_to_be_destroyed_) return drop();
  connection_->advance(now);
  if (!buried_) on_deadline_changed();
}

void http_peer::bury() {
  if (!std::exchange(buried_, true)) home_.bury(*this);
}

}  // namespace troupe::runtime
