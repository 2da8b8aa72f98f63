#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tests/runtime/server_bench.hpp>

namespace troupe::testing {

/// An Engine.IO client built on raw bytes, over long-polling or WebSocket, which does what
/// engine.io-client does: one GET pending, one POST at a time, the same steps to upgrade.
class bench_client final : public harness::participant {
 public:
  enum class over { polling, websocket };

  bench_client(server_bench& bench, over transport, std::string query = {});
  ~bench_client() override;
  bench_client(const bench_client&) = delete;
  bench_client& operator=(const bench_client&) = delete;

  /// Sends one Engine.IO text packet ("42[\"chat\"]").
  void send(std::string packet);
  /// Sends one binary message.
  void send_binary(std::string bytes);
  /// Polling: a payload in a POST of its own, whatever is under way.
  std::shared_ptr<harness::wire> post_beside(std::string payload);
  std::shared_ptr<harness::wire> get_beside();
  /// Goes over to WebSocket.
  void upgrade();
  bool has_upgraded() const noexcept { return upgrade_ == upgrade_step::done; }
  /// Ends its connections in order, without a word.
  void leave();
  /// Its connections are reset.
  void vanish();

  /// `send("40...")`
  void join(std::string_view nsp = "/", std::string_view auth = {});
  /// The id of its socket there, the last one; empty without.
  std::string id_in(std::string_view nsp = "/") const;
  /// Received packets that begin with `start`, without it, in order.
  std::vector<std::string> received_as(std::string_view start) const;
  std::size_t count(std::string_view packet) const;

  /// Does what the last bytes ask for. False: nothing.
  bool act() override;

  std::string sid;                    ///< Engine.IO's.
  std::vector<std::string> received;  ///< Engine.IO packets; binary ones as `b` and the bytes.
  std::vector<unsigned> post_statuses;
  std::vector<unsigned> get_statuses;
  unsigned handshake_status = 0;  ///< Of the WebSocket.
  bool polls = true;              ///< Sends the next GET.
  bool answers_pings = true;
  bool is_closed = false;  ///< By the server.
  std::shared_ptr<harness::wire> websocket, get, post;

 private:
  enum class upgrade_step { none, probing, pausing, done };
  using wire_ptr = std::shared_ptr<harness::wire>;

  std::string target() const;
  void request(wire_ptr& on, std::string_view method, std::string_view body);
  void open_websocket();
  bool read_polling();
  bool read_websocket();
  bool read_response(wire_ptr& from, bool& pending, std::vector<unsigned>& statuses,
                     std::string& body);
  bool post_next();
  void on_frame(unsigned char opcode, std::string payload);
  void on_packet(std::string packet);
  void frame(unsigned char opcode, std::string_view payload);

  server_bench& bench_;
  std::string query_;
  over transport_;
  upgrade_step upgrade_ = upgrade_step::none;
  bool get_pending_ = false;
  bool post_pending_ = false;
  bool handshaken_ = false;
  bool has_left_ = false;
  std::deque<std::string> outgoing_;  // Polling form.
};

/// So many of them, at home in `nsp`, every third over polling; everything is at rest then.
std::vector<std::unique_ptr<bench_client>> joined(server_bench& bench, std::size_t count,
                                                  std::string_view nsp = "/");

/// An ack's values as JSON, each with a semicolon behind it, or its error's message.
std::string text(const ack_result& answer);

}  // namespace troupe::testing
