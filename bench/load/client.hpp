#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "reactor.hpp"
#include "scenario.hpp"

namespace load {

/// One Socket.IO client: an Engine.IO session over one transport, and a socket in one namespace.
class client {
 public:
  /// Who is told; for each client of a crowd the same.
  class listener {
   public:
    /// It has joined its namespace.
    virtual void on_joined(client& who) = 0;
    /// A Socket.IO packet (JSON's without the `4`), or an attachment. Valid during the call.
    virtual void on_packet(client& who, std::string_view packet, bool is_attachment) = 0;
    /// The server ended the connection, in answer to leave() or not.
    virtual void on_ended(client& who) = 0;

   protected:
    ~listener() = default;
  };

  virtual ~client() = default;
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Sends a Socket.IO packet (with msgpack, all of the message), and an attachment behind it.
  virtual void send(std::string_view packet) = 0;
  virtual void send_attachment(std::string_view bytes) = 0;
  /// Ends the connection in order; on_ended follows when the server has done so too.
  virtual void leave() = 0;
  /// Reads no more: a slow reader.
  virtual void stall() = 0;
  /// Whether the server has ended the connection of one that stalled.
  virtual bool is_cut_off() const = 0;

  std::size_t index() const noexcept { return index_; }

 protected:
  client(std::size_t index, const scenario& what, listener& told)
      : index_(index), what_(what), told_(told) {}

  /// An Engine.IO packet; answers pings and joins the namespace by itself.
  void on_engine_packet(std::string_view packet);
  void on_socket_packet(std::string_view packet);
  virtual void send_engine_packet(std::string_view packet) = 0;
  /// The session's id, of the packet that opens it.
  virtual void on_open(std::string_view) {}

  const std::size_t index_;
  const scenario& what_;
  listener& told_;

 private:
  bool has_joined_ = false;
};

/// Connects client `index` to the server; what follows is told to `told`, which outlives it, as
/// `what` and `events` do.
std::unique_ptr<client> connect_client(std::size_t index, const scenario& what, reactor& events,
                                       client::listener& told);

}  // namespace load
