#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <troupe/transport/frame_reader.hpp>
#include <troupe/transport/websocket_connection.hpp>

namespace troupe::transport {

/// The inside of websocket_connection. Everything that ends it sets `over`; the host is told where
/// the call from the loop ends (leave_loop), or by advance() if there is none, so that nothing here
/// runs after the host may have destroyed it.
struct websocket_connection::state {
  /// Where a WebSocket connection is in its closing handshake (RFC 6455, section 7).
  enum class phase : std::uint8_t {
    open,
    closing,    ///< The host closed: our Close is queued or sent, the peer's awaited.
    answering,  ///< The peer's Close came, ours is not written yet.
    failing,    ///< The peer broke the rules: our Close is queued or sent, input is dropped.
    over,
  };

  enum class ending { close, reset };
  /// What was read and is not parsed.
  struct unparsed {
    std::string bytes;
    std::size_t offset = 0;  // Before it, parsed.
  };

  state(std::unique_ptr<stream> stream_, const websocket_options& bounds, std::span<char> buffer,
        host& host_, std::string unread)
      : bytes(std::move(stream_)),
        out(bounds.outgoing),
        options(bounds),
        scratch(buffer),
        owner(&host_) {
    keep(unread);
  }

  // Reading.
  void read();
  void go_on();
  void keep(std::string_view unread);
  void receive(std::span<char>& input);
  void handle(const frame_reader& reader, frame_reader::event what);
  void hand_on(const frame_reader& reader, bool binary);
  void fail(std::uint16_t code);
  bool takes_frames() const noexcept;
  bool wants_input() const noexcept;

  // Writing.
  outbox::verdict send(std::span<const boost::asio::const_buffer> pieces,
                       std::span<const std::shared_ptr<const void>> owners);
  outbox::verdict send_frame(unsigned char first, std::string_view payload);
  void send_pong(std::string_view payload);
  void flush();
  void on_partly_written(std::size_t before);

  // Ending.
  void begin_closing(phase next, std::optional<std::uint16_t> code);
  void on_peer_close(std::uint16_t code);
  void on_close_written();
  void finish(bool is_error, ending how);
  void leave_loop();
  void set_deadline(time_point when);

  // What writing touches, side by side.
  std::unique_ptr<stream> bytes;
  phase now_in = phase::open;
  bool is_paused = false;
  bool is_parsing = false;
  bool is_in_loop = false;
  bool is_told = false;
  bool has_failed = false;
  outbox out;
  const websocket_options& options;
  std::span<char> scratch;
  host* owner;
  std::unique_ptr<frame_reader> unfinished;  // Null: no frame or message is under way.
  inflater* decompressor = nullptr;          // Null: nothing is compressed.
  std::unique_ptr<unparsed> kept;  // Not null: reading is paused, or a pong is in the way.
  std::size_t pong_behind = 0;     // Bytes to be written until our last pong is out.
  time_point deadline = time_point::max();
  time_point give_up_at = time_point::max();  // While our Close is queued.
};

}  // namespace troupe::transport
