#include <algorithm>

#include <troupe/runtime/http_peer.hpp>
#include <troupe/runtime/shard.hpp>

// The hooks that a request of Engine.IO's passes before it reaches a session.

namespace troupe::runtime {

using protocol::engineio::request_errc;

namespace {

constexpr std::size_t sid_bytes_max = 128;

/// What stands in a URL as it is, so that an id is the same wherever it is written.
bool is_usable_sid(std::string_view sid) noexcept {
  return !sid.empty() && sid.size() <= sid_bytes_max &&
         std::all_of(sid.begin(), sid.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.' || c == '~';
         });
}

}  // namespace

// Lends the request to a hook. True: it has answered, and everything is back; false: it will, or it
// threw and the request is answered.
template <class Hook>
bool http_peer::ask(stage asked, std::string_view what, Hook hook) {
  stage_ = asked;
  const auto call = std::make_shared<hook_call>(home_.gate(), *this, *std::move(request_),
                                                std::exchange(fields_, {}));
  if (!guard(what, [&] { hook(call); })) {
    call->give_up();
    call->forget();
    return false;
  }
  waiting_ = call;
  if (call->is_answered()) return true;
  hook_deadline_ = home_.now() + home_.settings().http_hook_timeout;
  on_deadline_changed();
  return false;
}

void http_peer::resume() {
  switch (stage_) {
    case stage::middleware:
      return passed_middleware() ? run_middlewares() : void();
    case stage::admission:
      return take_admission();
    case stage::naming:
      return take_name();
  }
}

// The request is the connection's again.
hook_answer http_peer::take_back() {
  const auto call = std::exchange(waiting_, nullptr);
  hook_deadline_ = time_point::max();
  request_ = std::move(call->request);
  fields_ = std::move(call->response.fields());
  hook_answer said = std::move(call->answered());
  if (said.context.has_value()) request_->context = std::move(said.context);
  return said;
}

void http_peer::give_up_hook() {
  hook_deadline_ = time_point::max();
  // An answer that is on its way counts: it is here soon, unless nobody is left to bring it.
  if (!waiting_->give_up() && !home_.is_shutting_down()) return;
  waiting_->forget();
  waiting_.reset();
  home_.count().requests_refused.add();
  unavailable();
}

void http_peer::unavailable() {
  transport::http_response response;
  response.status = 503;
  response.close = true;
  respond(std::move(response));
}

void http_peer::run_middlewares() {
  const auto& chain = home_.hooks().middlewares;
  while (middleware_ < chain.size()) {
    const bool has_answered =
        ask(stage::middleware, "a middleware", [&](const std::shared_ptr<hook_call>& call) {
          chain[middleware_](call->request, call->response, engine_next(call));
        });
    if (!has_answered || !passed_middleware()) return;
  }
  verify();
}

bool http_peer::passed_middleware() {
  hook_answer said = take_back();
  ++middleware_;
  if (said.how == hook_answer::verdict::proceed) return true;
  if (said.how == hook_answer::verdict::refuse) {
    refuse(request_errc::bad_request, {{"name", "MIDDLEWARE_FAILURE"}});
    return false;
  }
  transport::http_response response;
  response.status = said.status;
  response.body = std::move(said.text);
  response.close = is_upgrade_;
  respond(std::move(response));
  return false;
}

void http_peer::ask_admission() {
  const auto ask_user = [&](const std::shared_ptr<hook_call>& call) {
    home_.settings().allow_request(call->request, admission(call));
  };
  if (ask(stage::admission, "allow_request", ask_user)) take_admission();
}

void http_peer::take_admission() {
  hook_answer said = take_back();
  if (said.how == hook_answer::verdict::proceed) return open();
  refuse(request_errc::forbidden, {{"message", std::move(said.text)}});
}

void http_peer::ask_name() {
  const auto ask_user = [&](const std::shared_ptr<hook_call>& call) {
    home_.hooks().generate_id(call->request, id_reply(call));
  };
  if (ask(stage::naming, "generate_id", ask_user)) take_name();
}

void http_peer::take_name() {
  hook_answer said = take_back();
  if (said.how != hook_answer::verdict::proceed || !is_usable_sid(said.text))
    return refuse(request_errc::bad_request, {{"name", "ID_GENERATION_ERROR"}});
  const unsigned owner = home_.shard_of(said.text);
  if (owner != home_.index()) return move_to(owner, std::move(said.text));
  admit(std::move(said.text));
}

}  // namespace troupe::runtime
