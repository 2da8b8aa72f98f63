#include "websocket_client.hpp"

#include "fail.hpp"
#include "inflater.hpp"

namespace load {

namespace {

constexpr std::string_view offer =
    "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
    "client_no_context_takeover\r\n";
constexpr unsigned char fin = 0x80;
constexpr unsigned char rsv1 = 0x40;             // The message is compressed.
constexpr std::size_t worth_compressing = 1024;  // Bytes: the servers' default.

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

websocket_client::websocket_client(std::size_t index, const scenario& what, reactor& events,
                                   client::listener& told)
    : client(index, what, told), bytes_(what, index, events, *this) {
  std::string request =
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
      "Upgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
  if (what.deflate) request += offer;
  bytes_.send(request + "\r\n");
}

std::size_t websocket_client::on_bytes(std::string_view bytes) {
  std::size_t taken = is_upgraded_ ? 0 : take_handshake(bytes);
  while (is_upgraded_ && bytes_.is_open()) {
    const std::size_t size = take_frame(bytes.substr(taken));
    if (size == 0) break;
    taken += size;
  }
  return taken;
}

std::size_t websocket_client::take_handshake(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == bytes.npos) return 0;
  if (!bytes.starts_with("HTTP/1.1 101")) fail("the server refuses a WebSocket");
  if (what_.deflate && bytes.substr(0, end).find("server_no_context_takeover") == bytes.npos)
    fail("the server does not agree to compress each message by itself");
  is_upgraded_ = true;
  return end + 4;
}

/// The size of the first frame, which is dealt with; 0 if it is not whole.
std::size_t websocket_client::take_frame(std::string_view bytes) {
  if (bytes.size() < 2) return 0;
  std::size_t head = 2;
  std::uint64_t length = static_cast<unsigned char>(bytes[1]);
  if (length > 127) fail("a server's frame is masked");
  if (length > 125) {
    head += length == 126 ? 2 : 8;
    if (bytes.size() < head) return 0;
    length = big_endian(bytes.substr(2, head - 2));
  }
  if (bytes.size() < head + length) return 0;
  on_frame(static_cast<opcode>(bytes[0] & 0x0F),
           message_of(static_cast<unsigned char>(bytes[0]) & 0xF0, bytes.substr(head, length)));
  return head + length;
}

std::string_view websocket_client::message_of(unsigned char flags, std::string_view payload) {
  if (flags == fin) {
    if (what_.deflate && payload.size() >= worth_compressing) fail("a message is not compressed");
    return payload;
  }
  if (flags != (fin | rsv1) || !what_.deflate) fail("a frame is a fragment, or compressed");
  static inflater shared;  // What is sent to all need be decompressed once.
  return shared.inflate(payload);
}

void websocket_client::on_frame(opcode kind, std::string_view payload) {
  switch (kind) {
    case opcode::text:
      return on_engine_packet(payload);
    case opcode::binary:
      if (what_.msgpack) return on_socket_packet(payload);
      return told_.on_packet(*this, payload, true);
    case opcode::ping:
      return send_frame(opcode::pong, {}, payload);
    case opcode::pong:
      return;
    case opcode::closing:
      if (!has_closed_) send_frame(opcode::closing, {}, payload);
      has_closed_ = true;
      return;
  }
  fail("a frame of an unknown kind");
}

void websocket_client::send_frame(opcode kind, std::string_view type, std::string_view payload) {
  const std::size_t length = type.size() + payload.size();
  std::string frame(1, static_cast<char>(0x80 | static_cast<unsigned char>(kind)));
  if (length < 126) {
    frame += static_cast<char>(0x80 | length);
  } else {
    if (length > 0xFFFF) fail("a message is too large for this generator");
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(length >> 8);
    frame += static_cast<char>(length);
  }
  frame.append(4, '\0');  // A mask of zeros costs the generator nothing and the server the same.
  frame += type;
  frame += payload;
  bytes_.send(frame);
}

void websocket_client::send(std::string_view packet) {
  if (what_.msgpack) return send_frame(opcode::binary, {}, packet);
  send_frame(opcode::text, "4", packet);
}

void websocket_client::send_attachment(std::string_view bytes) {
  send_frame(opcode::binary, {}, bytes);
}

void websocket_client::send_engine_packet(std::string_view packet) {
  send_frame(opcode::text, {}, packet);
}

void websocket_client::leave() {
  has_closed_ = true;
  send_frame(opcode::closing, {}, {});
}

}  // namespace load
