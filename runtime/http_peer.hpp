#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <troupe/actors/handshake.hpp>
#include <troupe/protocol/engineio/request.hpp>
#include <troupe/protocol/engineio/session.hpp>
#include <troupe/runtime/timers.hpp>
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
  void start_with(transport::http_request request, bool last);

  /// Answers of the session that the request under way was given to.
  void answer_get(std::string payload, bool binary);
  void answer_post(protocol::engineio::post_verdict verdict);
  /// A second GET or POST beside a pending one: 400, empty.
  void answer_overlap();
  /// Drops the connection; the session knows.
  void drop();
  /// No request is under way.
  bool is_idle() const noexcept { return !connection_->is_busy(); }

  std::size_t position = 0;  ///< In the shard's list.

  // http_connection::host
  time_point now() const override;
  void on_request(transport::http_request request) override;
  void on_closed() override;
  void on_deadline_changed() override;

 private:
  void expired(time_point now) override;

  void route();
  bool is_health_check() const noexcept;
  void answer_health();
  bool answer_by_application();
  void route_elsewhere();
  void refuse(protocol::engineio::request_errc code);
  void open(const protocol::engineio::query& parameters);
  void serve(session& found);
  void upgrade(session& found);
  std::optional<transport::deflate_agreement> negotiate_deflate(
      transport::header_fields& response) const;
  void move_to(unsigned shard);
  void respond(transport::http_response response);
  client_handshake make_handshake(const protocol::engineio::query& parameters) const;
  void add_polling_fields(transport::header_fields& fields) const;
  void bury();

  shard& home_;
  std::unique_ptr<transport::http_connection> connection_;
  std::optional<transport::http_request> request_;  // Under way.
  session* session_ = nullptr;                      // Holds it.
  bool buried_ = false;
  bool waits_to_be_destroyed_ = false;  // An upgrade request on a path that nobody serves.
};

}  // namespace troupe::runtime
