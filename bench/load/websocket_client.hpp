#pragma once

#include <string>
#include <string_view>

#include "client.hpp"
#include "connection.hpp"

namespace load {

/// A client that opens its session as a WebSocket.
class websocket_client final : public client, connection::listener {
 public:
  websocket_client(std::size_t index, const scenario& what, reactor& events,
                   client::listener& told);

  void send(std::string_view packet) override;
  void send_attachment(std::string_view bytes) override;
  void leave() override;
  void stall() override { bytes_.stall(); }
  bool is_cut_off() const override { return bytes_.is_cut_off(); }

 private:
  enum class opcode : unsigned char { text = 1, binary = 2, closing = 8, ping = 9, pong = 10 };

  std::size_t on_bytes(std::string_view bytes) override;
  void on_end() override { told_.on_ended(*this); }
  void send_engine_packet(std::string_view packet) override;
  std::size_t take_handshake(std::string_view bytes);
  std::size_t take_frame(std::string_view bytes);
  std::string_view message_of(unsigned char flags, std::string_view payload);
  void on_frame(opcode kind, std::string_view payload);
  void send_frame(opcode kind, std::string_view type, std::string_view payload);

  connection bytes_;
  bool is_upgraded_ = false;
  bool has_closed_ = false;  // Its Close frame is sent.
};

}  // namespace load
