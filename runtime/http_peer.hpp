#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <troupe/actors/handshake.hpp>
#include <troupe/protocol/engineio/request.hpp>
#include <troupe/protocol/engineio/session.hpp>
#include <troupe/runtime/connection_error.hpp>
#include <troupe/runtime/hook_call.hpp>
#include <troupe/runtime/timers.hpp>
#include <troupe/runtime/travellers.hpp>
#include <troupe/transport/deflate.hpp>
#include <troupe/transport/http_connection.hpp>

namespace troupe::runtime {

class shard;
class session;

/// One HTTP connection on its shard: finds out what each request is for, checks it, and gives it
/// to its session, a new one, another shard's, or the application. Thread: the shard's.
class http_peer final : public transport::http_connection::host, private timer {
 public:
  http_peer(shard& home, std::unique_ptr<transport::stream> bytes, std::string unread = {});

  /// Begins to read.
  void start();
  /// Begins with a request that another shard read.
  void start_with(moving_request what);

  /// What a polling GET is answered.
  struct polled {
    std::string bytes;
    bool binary = false;  ///< application/octet-stream, else text.
    bool may_compress = true;
  };
  /// Answers of the session that the request under way was given to.
  void answer_get(polled payload);
  void answer_post(protocol::engineio::post_verdict verdict);
  /// A second GET or POST beside a pending one: 400, empty.
  void answer_overlap();
  /// Drops the connection; the session knows.
  void drop();
  /// The server ends: no hook is waited for any more.
  void shut_down();
  /// The hook that the request waits for has answered.
  void resume();
  /// No request is under way.
  bool is_idle() const noexcept { return !connection_->is_busy(); }

  std::size_t position = 0;  ///< In the shard's list.

  // http_connection::host
  time_point now() const override;
  std::string_view date() override;
  void on_request(transport::http_request request) override;
  transport::header_fields on_refused(unsigned status,
                                      const transport::http_request* begun) override;
  void on_read_failed(const boost::system::error_code& error) override;
  void on_closed() override;
  void on_deadline_changed() override;

 private:
  void expired(time_point now) override;

  void take(transport::http_request request);
  void route();
  bool is_health_check() const noexcept;
  void answer_health();
  bool answer_by_application();
  void route_elsewhere();
  void move_to(unsigned shard, std::string new_sid);
  void respond(transport::http_response response);
  void note_thrown(std::string_view what, std::string_view why);
  void threw(std::string_view what, std::string_view why);
  /// Code of the user's: what it throws costs this request only. False: it threw, which is
  /// answered.
  template <class Work>
  bool guard(std::string_view what, Work work) {
    try {
      work();
      return true;
    } catch (const std::exception& thrown) {
      threw(what, thrown.what());
    } catch (...) {
      threw(what, "no std::exception");
    }
    return false;
  }
  void bury();

  // A request of Engine.IO's.
  enum class stage : unsigned char { middleware, admission, naming };
  bool check_origin();
  transport::header_fields cors_of(const transport::http_request& begun);
  template <class Hook>
  bool ask(stage asked, std::string_view what, Hook hook);
  hook_answer take_back();
  void give_up_hook();
  void run_middlewares();
  bool passed_middleware();
  void verify();
  void ask_admission();
  void take_admission();
  void open();
  void ask_name();
  void take_name();
  void admit(std::string sid);
  void serve(session& found);
  void upgrade(session& found);
  std::optional<std::string> greet(std::optional<transport::deflate_agreement>& deflate);
  bool tell_headers(transport::header_fields& fields);
  void add_polling_fields(transport::header_fields& fields) const;
  client_handshake make_handshake() const;
  void compress(transport::http_response& response);
  bool is_handshake() const noexcept;
  bool has_listener() const noexcept;
  void refuse(protocol::engineio::request_errc code, error_context context);
  void refuse_handshake();
  void unavailable();

  shard& home_;
  std::unique_ptr<transport::http_connection> connection_;
  std::optional<transport::http_request> request_;  // Under way, and not lent to a hook.
  protocol::engineio::query query_;                 // Its parameters.
  transport::header_fields fields_;                 // That its response gets besides its own.
  std::shared_ptr<hook_call> waiting_;              // For its answer.
  time_point hook_deadline_ = time_point::max();
  std::size_t middleware_ = 0;  // That has the request, or is next.
  stage stage_ = stage::middleware;
  bool is_upgrade_ = false;
  session* session_ = nullptr;  // Holds it.
  bool buried_ = false;
  bool waits_to_be_destroyed_ = false;  // An upgrade request on a path that nobody serves.
};

}  // namespace troupe::runtime
