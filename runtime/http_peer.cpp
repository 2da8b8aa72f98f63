#include <troupe/runtime/http_peer.hpp>

#include <algorithm>

#include <troupe/actors/messages.hpp>
#include <troupe/runtime/session.hpp>
#include <troupe/runtime/shard.hpp>
#include <troupe/runtime/travellers.hpp>
#include <troupe/transport/tls_stream.hpp>

namespace troupe::runtime {

namespace engineio = protocol::engineio;

namespace {

/// `path` ends with a slash, or is served as well without one.
bool is_below(std::string_view requested, std::string_view path) noexcept {
  if (requested.substr(0, path.size()) != path) return false;
  return path.back() == '/' || requested.size() == path.size() || requested[path.size()] == '/';
}

}  // namespace

http_peer::http_peer(shard& home, std::unique_ptr<transport::stream> bytes, std::string unread)
    : home_(home),
      connection_(std::make_unique<transport::http_connection>(
          std::move(bytes), home.http_options(), home.scratch(), *this, std::move(unread))) {}

void http_peer::start() {
  connection_->start();
}

void http_peer::start_with(moving_request what) {
  connection_->start_answering(what.request.method == "HEAD", what.last);
  if (what.new_sid.empty()) return on_request(std::move(what.request));
  take(std::move(what.request));
  fields_ = std::move(what.fields);
  admit(std::move(what.new_sid));
}

time_point http_peer::now() const {
  return home_.now();
}

std::string_view http_peer::date() {
  return home_.date();
}

void http_peer::on_request(transport::http_request request) {
  take(std::move(request));
  route();
}

transport::header_fields http_peer::on_refused(unsigned status,
                                               const transport::http_request* begun) {
  home_.count().requests_refused.add();
  const bool is_limit = status == 413 || status == 431;
  home_.shared().log(is_limit ? log_level::warning : log_level::debug,
                     "request refused with HTTP status " + std::to_string(status) +
                         (is_limit ? ": it exceeds a limit" : ": it is malformed or incomplete"));
  const bool is_engines = begun != nullptr && is_below(begun->path, home_.path());
  return is_engines ? cors_of(*begun) : transport::header_fields();
}

void http_peer::on_read_failed(const boost::system::error_code& error) {
  if (!transport::is_tls_error(error)) return;
  home_.count().tls_failures.add();
  home_.shared().log(log_level::info, "a connection's TLS failed: " + error.message());
}

void http_peer::take(transport::http_request request) {
  request_ = std::move(request);
  query_ = engineio::parse_query(request_->query);
  is_upgrade_ = request_->wants_upgrade;
  middleware_ = 0;
}

// What a request is for, in the reference's order: the path, the application's files below it,
// then Engine.IO. That is done on the shard of its session.
void http_peer::route() {
  if (is_health_check()) return answer_health();
  if (!is_below(request_->path, home_.path())) return route_elsewhere();
  if (request_->path.size() > home_.path().size() && answer_by_application()) return;
  const std::string_view sid = query_.find("sid").value_or("");
  if (!sid.empty()) {
    const unsigned owner = home_.shard_of(sid);
    if (owner != home_.index()) return move_to(owner, {});
  }
  if (!check_origin()) return;
  home_.hooks().middlewares.empty() ? verify() : run_middlewares();
}

bool http_peer::is_health_check() const noexcept {
  const std::string& health = home_.settings().health_path;
  return !health.empty() && request_->path == health && !is_upgrade_;
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

void http_peer::note_thrown(std::string_view what, std::string_view why) {
  home_.shared().log(log_level::error, std::string(what) + " threw: " + std::string(why));
  home_.count().handlers_thrown.add();
}

void http_peer::threw(std::string_view what, std::string_view why) {
  note_thrown(what, why);
  transport::http_response failed;
  failed.status = 500;
  failed.close = is_upgrade_;
  respond(std::move(failed));
}

// The application's own pages.
bool http_peer::answer_by_application() {
  const auto& ask = home_.settings().on_http;
  if (!ask || (is_upgrade_ && home_.settings().destroy_upgrade)) return false;
  std::optional<transport::http_response> response;
  if (!guard("on_http", [&] { response = ask(*request_); })) return true;
  if (!response) return false;
  response->close = response->close || is_upgrade_;
  respond(*std::move(response));
  return true;
}

void http_peer::route_elsewhere() {
  const options& settings = home_.settings();
  if (answer_by_application()) return;
  if (is_upgrade_ && settings.destroy_upgrade) {
    // Nobody serves it: as the reference, close without an answer after a while.
    waits_to_be_destroyed_ = true;
    home_.deadlines().schedule(*this, home_.now() + settings.destroy_upgrade_timeout);
    return;
  }
  transport::http_response response;
  response.status = 404;
  response.close = is_upgrade_;
  respond(std::move(response));
}

void http_peer::respond(transport::http_response response) {
  request_.reset();
  for (const auto& [name, value] : fields_.all()) response.fields.add(name, value);
  fields_ = {};
  connection_->respond(response);
}

void http_peer::move_to(unsigned shard, std::string new_sid) {
  const bool last = connection_->is_last();
  auto [bytes, unread] = connection_->release();
  auto traveller = std::make_shared<moved_request>(
      std::move(bytes), std::move(unread),
      moving_request{*std::move(request_), last, std::move(new_sid), std::move(fields_)},
      home_.loops());
  traveller->leave_for(shard);
  actors::tell(home_.shared().arms[shard], actors::adopt{std::move(traveller)});
  bury();
}

void http_peer::shut_down() {
  if (waiting_ != nullptr) give_up_hook();
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
  const time_point due = std::min(connection_->deadline(), hook_deadline_);
  if (due != time_point::max()) home_.deadlines().schedule_by(*this, due);
}

void http_peer::expired(time_point now) {
  if (buried_) return;
  if (waits_to_be_destroyed_) return drop();
  if (now >= hook_deadline_) give_up_hook();
  connection_->advance(now);
  if (!buried_) on_deadline_changed();
}

void http_peer::bury() {
  if (std::exchange(buried_, true)) return;
  if (waiting_ != nullptr) waiting_->forget();
  home_.bury(*this);
}

}  // namespace troupe::runtime
