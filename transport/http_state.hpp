#pragma once

#include <troupe/transport/http_connection.hpp>
#include <troupe/transport/http_request_reader.hpp>

namespace troupe::transport {

/// The inside of http_connection. Everything that ends it sets `over`; the host is told where the
/// call from the loop ends (leave_loop), or by advance() if there is none, so that nothing here
/// runs after the host may have destroyed it.
struct http_connection::state {
  enum class phase {
    idle,  ///< No byte of a request yet.
    header,
    body,
    waiting,    ///< The request is with the host.
    writing,    ///< The response is partly written.
    lingering,  ///< The last response is written; the client's end is awaited.
    over,
  };

  state(std::unique_ptr<stream> stream_, const http_options& bounds, std::span<char> buffer,
        host& host_, std::string unread)
      : bytes(std::move(stream_)),
        options(bounds),
        scratch(buffer),
        owner(host_),
        reader(bounds),
        kept(std::move(unread)) {}

  // Reading.
  void read();
  std::size_t room() const noexcept;
  bool is_reading() const noexcept { return now_in <= phase::body; }
  void receive(std::string_view input);
  void go_on();
  void parse(std::string_view input, bool is_kept);
  void on_header(std::string_view rest);
  void dispatch();
  void on_read_error(const boost::system::error_code& error);
  void drop_kept() noexcept;

  // Writing.
  void respond(const http_response& response);
  void refuse(unsigned status);
  void send(std::string_view head, std::string_view body);
  void flush();
  void on_response_written();

  // Ending.
  void linger();
  void finish(bool with_reset);
  void on_deadline();
  void leave_loop();
  void set_deadline(time_point when);
  void set_timeout(std::chrono::milliseconds from_now) { set_deadline(owner.now() + from_now); }

  std::unique_ptr<stream> bytes;
  const http_options& options;
  std::span<char> scratch;
  host& owner;
  http_request_reader reader;
  std::string kept;               // Read but not parsed.
  std::size_t kept_offset = 0;    // Of it, parsed.
  std::string unsent;             // Of a response, or of 100 (Continue).
  std::size_t unsent_offset = 0;  // Of it, written.
  std::size_t discarded = 0;      // While lingering.
  time_point deadline = time_point::max();
  time_point give_up_at = time_point::max();  // While a response is written.
  phase now_in = phase::idle;
  bool is_parsing = false;
  bool is_in_loop = false;
  bool is_told = false;
  bool is_first = true;  // No request came yet: its time runs since the connection was accepted.
  bool is_head = false;
  bool is_last = false;    // The connection ends after the response.
  bool has_ended = false;  // The client sends no more.
};

}  // namespace troupe::transport
