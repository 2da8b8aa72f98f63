#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/actors/handshake.hpp>

namespace troupe {

/// One packet of Engine.IO's; borrowed for the listener's call.
struct engine_packet {
  /// "open", "close", "ping", "pong", "message", "upgrade" or "noop".
  std::string_view type;
  std::string_view data;
  bool is_binary = false;
};

/// A client's Engine.IO session, which all of its sockets share: `socket.conn()`, or what
/// engine::on_connection hands out. It lives until its on_close listeners have returned. A session
/// that nobody listens to costs nothing. Listeners may close it; what one throws is logged and
/// counted. Thread: that of the client's handlers.
class engine_session {
 public:
  engine_session(const engine_session&) = delete;
  engine_session& operator=(const engine_session&) = delete;

  /// Whoever knows it can speak as this client: not to be told to others.
  virtual const std::string& id() const noexcept = 0;
  /// "polling" or "websocket", which may become that.
  virtual std::string_view transport() const noexcept = 0;
  /// Its first request; `address` is the client's.
  virtual const client_handshake& handshake() const noexcept = 0;
  const std::string& remote_address() const noexcept { return handshake().address; }
  /// Bytes that were emitted and that neither kernel nor client has taken yet.
  virtual std::size_t write_buffer_bytes() const noexcept = 0;
  /// Writes what is queued, then closes ("forced close").
  virtual void close() = 0;

  /// It is a WebSocket from now on.
  engine_session& on_upgrade(std::function<void()> listener) {
    return add(upgrade_, std::move(listener));
  }
  /// A packet has come, before it is dealt with.
  engine_session& on_packet(std::function<void(const engine_packet&)> listener) {
    listens_to_packets();
    return add(packet_, std::move(listener));
  }
  /// A packet was queued.
  engine_session& on_packet_create(std::function<void(const engine_packet&)> listener) {
    return add(packet_create_, std::move(listener));
  }
  /// What was queued has been handed to the connection.
  engine_session& on_drain(std::function<void()> listener) {
    return add(drain_, std::move(listener));
  }
  /// The client has answered a ping.
  engine_session& on_heartbeat(std::function<void()> listener) {
    listens_to_packets();
    return add(heartbeat_, std::move(listener));
  }
  /// It is over: called once.
  engine_session& on_close(std::function<void(disconnect_reason)> listener) {
    return add(close_, std::move(listener));
  }

 protected:
  engine_session() = default;
  ~engine_session() = default;

  template <class Listener>
  using list = std::vector<std::function<Listener>>;
  list<void()> upgrade_;
  list<void(const engine_packet&)> packet_;
  list<void(const engine_packet&)> packet_create_;
  list<void()> drain_;
  list<void()> heartbeat_;
  list<void(disconnect_reason)> close_;

 private:
  /// Somebody wants to hear of packets that come.
  virtual void listens_to_packets() = 0;
  template <class Listener>
  engine_session& add(list<Listener>& to, std::function<Listener> listener) {
    to.push_back(std::move(listener));
    return *this;
  }
};

}  // namespace troupe
