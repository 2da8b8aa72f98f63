#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/harness/armed_faults.hpp>
#include <troupe/harness/client_network.hpp>

namespace troupe::harness {

struct engine_options {
  unsigned client = 0;  ///< Its number in the network.
  bool polling = true;
  bool websocket = true;
  bool upgrades = true;
  std::string path = "/socket.io/";
  std::string host = "localhost";
  std::chrono::milliseconds connect_timeout{20'000};
};

/// One Engine.IO session from the client's side, without I/O, as engine.io-client has it: one GET
/// pending, one POST at a time, packets of a payload in order, upgrade by probe; with the faults
/// that a client can have. For one session: another open needs another object.
/// Source: Engine.IO protocol v4; engine.io-client.
class engine_client {
 public:
  class host {
   public:
    virtual void on_open() = 0;
    virtual void on_message(std::string data, bool binary) = 0;
    /// Last call. Reasons as engine.io-client names them ("transport close", "ping timeout"...).
    virtual void on_closed(std::string_view reason) = 0;

   protected:
    ~host() = default;
  };

  engine_client(client_network& net, engine_options how, armed_faults& faults, host& owner);

  /// One message; text or binary. Waits for the open packet and for the transport.
  void send(std::string data, bool binary = false);
  /// Tells the server, then closes ("forced close").
  void close();
  /// Every connection is dropped without a word, as when the process dies.
  void vanish();

  bool act();
  time_point due() const;
  const std::string& sid() const noexcept { return sid_; }
  bool is_open() const noexcept { return phase_ == phase::open; }
  /// The server will notice if its connections end: a GET is pending, or the WebSocket open.
  bool is_listening() const noexcept {
    return phase_ == phase::open &&
           (upgrade_ == upgrade::done ? handshaken_ : upgrade_ == upgrade::none && get_pending_);
  }
  /// It raced with itself: what it receives may be out of order or missing.
  bool has_raced() const noexcept { return raced_; }

 private:
  enum class phase { opening, open, closed };
  enum class upgrade { none, probing, pausing, done };
  struct packet {
    std::string text;  // With its type.
    bool binary;
  };

  std::string target(std::string_view transport) const;
  void get();
  void post();
  void open_websocket();
  void frame(unsigned char opcode, std::string_view payload);
  void write(const packet& what);
  void write_all();
  bool read_get();
  bool read_post();
  bool read_websocket();
  bool finish_upgrade();
  void on_payload(std::string_view payload);
  void on_packet(std::string_view received);
  void on_open_packet(std::string_view json);
  void on_probe_answer();
  void end_probe();
  void fail(std::string_view reason);
  void drop_connections();
  bool polls() const noexcept { return upgrade_ != upgrade::done; }

  client_network& net_;
  engine_options options_;
  armed_faults& faults_;
  host& host_;
  phase phase_ = phase::opening;
  upgrade upgrade_ = upgrade::none;
  std::string sid_;
  connection_ptr get_, post_, websocket_;
  std::vector<connection_ptr> beside_;  // Of faults: kept open.
  bool get_pending_ = false;
  bool post_pending_ = false;
  bool handshaken_ = false;  // The WebSocket.
  bool closing_ = false;
  bool raced_ = false;
  std::deque<packet> outgoing_;
  std::chrono::milliseconds heartbeat_{45'000};
  time_point ping_due_;
};

}  // namespace troupe::harness
