#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/harness/dice.hpp>
#include <troupe/harness/engine_client.hpp>
#include <troupe/harness/simulation.hpp>
#include <troupe/protocol/limits.hpp>
#include <troupe/protocol/socketio/conversion.hpp>
#include <troupe/protocol/socketio/decoder.hpp>

namespace troupe::harness {

struct client_options {
  engine_options engine;
  /// As socket.io-client: the delay doubles from one to the other, give or take `randomization`.
  std::chrono::milliseconds reconnection_delay{1000};
  std::chrono::milliseconds reconnection_delay_max{5000};
  double randomization = 0.5;
  bool reconnects = true;
};

/// A Socket.IO client without I/O, which does what socket.io-client does: namespaces over one
/// connection, acks, attachments, packets kept until the namespace is joined, reconnection with a
/// growing delay; not after "io server disconnect". Acts as a participant of a simulation, or is
/// driven by whoever has real sockets. Handlers may call it, but not destroy it.
class socketio_client final : public participant, private engine_client::host {
 public:
  using event_handler = std::function<void(std::string_view name, const arguments& values)>;
  using answer_handler = std::function<void(const arguments& values)>;
  /// What is kept of a namespace that is not joined; over it emits are dropped.
  static constexpr std::size_t kept_packets_max = 1000;

  socketio_client(client_network& net, std::uint64_t seed, client_options how);
  ~socketio_client() override;

  /// Opens and stays open: reconnects when the connection ends. Joins what join() was told.
  void connect();
  /// Leaves all namespaces and closes, until connect().
  void disconnect();
  /// The connection is lost without a word; reconnects.
  void vanish();
  void join(std::string_view nsp = "/", std::string_view auth = {});
  /// Sends DISCONNECT; not joined again by itself.
  void leave(std::string_view nsp);

  template <class... Values>
  void emit(std::string_view nsp, std::string_view event, const Values&... values) {
    emit_values(nsp, event, {conversion<std::decay_t<const Values&>>::to(values)...}, {});
  }
  /// `answered` is called once, with the ack; never, if the connection ends before.
  void emit_values(std::string_view nsp, std::string_view event, arguments values,
                   answer_handler answered);

  bool is_joined(std::string_view nsp) const;
  /// Every namespace that it was told to join, those aside that the server has ended.
  bool is_joined_everywhere() const;
  std::string id(std::string_view nsp = "/") const;
  std::size_t waiting_answers(std::string_view nsp) const;
  /// Engine.IO's; empty without a session.
  std::string engine_id() const { return engine_ == nullptr ? std::string() : engine_->sid(); }
  /// It has a connection, or is opening one.
  bool has_connection() const noexcept { return engine_ != nullptr; }
  bool is_open() const noexcept { return engine_ != nullptr && engine_->is_open(); }
  /// Should it vanish now, the server notices at once, and need not wait for a pong.
  bool is_heard() const {
    return engine_ != nullptr && engine_->is_listening() && net_.is_quiet(number());
  }
  bool has_raced() const noexcept { return engine_ != nullptr && engine_->has_raced(); }
  unsigned number() const noexcept { return options_.engine.client; }
  armed_faults& faults() noexcept { return faults_; }

  // Hooks, all optional.
  std::function<void(std::string_view nsp)> on_connect;
  std::function<void(std::string_view nsp, std::string_view reason)> on_disconnect;
  std::function<void(std::string_view nsp, std::string_view message)> on_connect_error;
  /// An event; what it returns answers the ack, if one is asked for.
  std::function<arguments(std::string_view nsp, std::string_view name, const arguments& values)>
      on_event;
  /// The server sent what no server may.
  std::function<void(std::string_view what)> on_wrong_packet;

  bool act() override;
  time_point due() const override;

 private:
  enum class joined { no, asked, yes };
  struct space {
    std::string auth;
    bool wanted = true;
    bool ended_by_server = false;
    bool left = false;        // By itself: what was under way still comes.
    bool is_pending = false;  // Its CONNECT has no reply yet.
    joined now = joined::no;
    std::string sid;
    std::uint64_t next_id = 0;
    std::map<std::uint64_t, answer_handler> answers;
    std::vector<protocol::frame_ptr> kept;
  };

  void on_open() override;
  void on_message(std::string data, bool binary) override;
  void on_closed(std::string_view reason) override;
  void on_packet(const protocol::socketio::packet_ptr& received);
  void on_event_packet(const std::string& nsp, const protocol::socketio::packet_ptr& received);
  void on_answer(space& in, const protocol::socketio::packet_ptr& received);
  void send(const protocol::frame& what);
  void ask_to_join(const std::string& nsp, space& into);
  void end(const std::string& nsp, space& ended, std::string_view reason);
  void open();
  void wrong(std::string_view what);

  client_network& net_;
  dice random_;
  client_options options_;
  armed_faults faults_;
  std::unique_ptr<engine_client> engine_;
  std::unique_ptr<engine_client> ended_;  // Freed when its last call has returned.
  protocol::limits bounds_;
  std::unique_ptr<protocol::socketio::decoder> decoder_;
  std::map<std::string, space, std::less<>> spaces_;
  bool wants_connection_ = false;
  unsigned attempts_ = 0;
  time_point reconnect_due_ = time_point::max();
};

}  // namespace troupe::harness
