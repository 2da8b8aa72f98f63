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

/// A client's Engine.IO session, which all of its sockets share. A session that nobody listens to
/// costs nothing. Listeners may close it. Thread: that of the client's handlers.
///
/// What engine::on_connection hands out lives until its on_close listeners have returned. Its
/// listeners run where things happen, in the middle of a broadcast maybe: they must not use a
/// socket (std::logic_error), and what one throws is logged and counted.
///
/// What `socket.conn()` gives lives as long as the socket. Its listeners run as the socket's
/// handlers do, a little after the fact, and may use it; they go with it: that a session closes is
/// told only to sockets that have not ended before. At most 1,024 calls wait for a socket; past
/// that a packet, a heartbeat or a drain is not told (server_stats::session_calls_dropped).
class engine_session {
 public:
  engine_session(const engine_session&) = delete;
  engine_session& operator=(const engine_session&) = delete;

  /// Whoever knows it can speak as this client: not to be told to others.
  virtual const std::string& id() const noexcept = 0;
  /// "polling" or "websocket", which may become that.
  virtual std::string_view transport() const noexcept = 0;
  /// Its first request; `address` is the client's.
  virtual const client_handshake& handshake() const = 0;
  const std::string& remote_address() const { return handshake().address; }
  /// Bytes that were emitted and that neither kernel nor client has taken yet.
  virtual std::size_t write_buffer_bytes() const noexcept = 0;
  /// Writes what is queued, then closes ("forced close").
  virtual void close() = 0;

  /// It is a WebSocket from now on.
  engine_session& on_upgrade(std::function<void()> listener) {
    return add(&engine_session::upgrade_, std::move(listener));
  }
  /// A packet has come, before it is dealt with.
  engine_session& on_packet(std::function<void(const engine_packet&)> listener) {
    whole().listens_to_packets();
    return add(&engine_session::packet_, std::move(listener));
  }
  /// A packet was queued.
  engine_session& on_packet_create(std::function<void(const engine_packet&)> listener) {
    return add(&engine_session::packet_create_, std::move(listener));
  }
  /// What was queued has been handed to the connection.
  engine_session& on_drain(std::function<void()> listener) {
    return add(&engine_session::drain_, std::move(listener));
  }
  /// The client has answered a ping.
  engine_session& on_heartbeat(std::function<void()> listener) {
    whole().listens_to_packets();
    return add(&engine_session::heartbeat_, std::move(listener));
  }
  /// It is over: called once.
  engine_session& on_close(std::function<void(disconnect_reason)> listener) {
    return add(&engine_session::close_, std::move(listener));
  }

 protected:
  engine_session() = default;
  ~engine_session() = default;

  template <class Listener>
  struct listed {
    const engine_session* through;  ///< Where it was added.
    std::function<Listener> call;
  };
  template <class Listener>
  using list = std::vector<listed<Listener>>;
  list<void()> upgrade_;
  list<void(const engine_packet&)> packet_;
  list<void(const engine_packet&)> packet_create_;
  list<void()> drain_;
  list<void()> heartbeat_;
  list<void(disconnect_reason)> close_;

  /// Drops the listeners that were added to `whole` through this.
  void forget_in(engine_session& whole) const;
  /// Has `work` done elsewhere, or later.
  using calling = std::function<void(std::function<void()> work)>;

 private:
  /// Somebody wants to hear of packets that come.
  virtual void listens_to_packets() = 0;
  /// The session itself.
  virtual engine_session& whole() noexcept { return *this; }
  /// How work gets to where listeners that are added here run; empty: it is there.
  virtual calling way() { return {}; }

  static std::function<void()> brought(calling way, std::function<void()> listener);
  static std::function<void(const engine_packet&)> brought(
      calling way, std::function<void(const engine_packet&)> listener);
  static std::function<void(disconnect_reason)> brought(
      calling way, std::function<void(disconnect_reason)> listener);

  template <class Listener>
  engine_session& add(list<Listener> engine_session::*to, std::function<Listener> listener) {
    if (calling by = way()) listener = brought(std::move(by), std::move(listener));
    (whole().*to).push_back({this, std::move(listener)});
    return *this;
  }
};

}  // namespace troupe
