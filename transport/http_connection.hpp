#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <troupe/transport/http.hpp>
#include <troupe/transport/stream.hpp>

namespace troupe::transport {

/// One HTTP/1.1 (or 1.0) connection: one request at a time to the host, its response back,
/// keep-alive, pipelined bytes kept for the next (as many as a header may have: past them reading
/// stops, and an end is not noticed). Framing that is ambiguous is refused with 400 and the
/// connection closed: Transfer-Encoding that is not exactly "chunked", chunked in HTTP/1.0,
/// Transfer-Encoding beside Content-Length, differing Content-Lengths, HTTP/1.1 without Host.
/// `Expect: 100-continue` is answered. HEAD gets no body. Parsing is Boost.Beast's; the checks
/// after it are ours.
///
/// After a 413 the rest of the body is not parsed: the response has Connection: close. After any
/// response that closes, on_closed comes when the client has ended or the linger bounds are
/// reached. The host must not destroy the connection within a callback except on_closed, which is
/// the last call and comes from the loop or advance(), never within another call of the host. The
/// read buffer is used only in calls from the loop. Thread: the shard's.
class http_connection final : private stream::observer {
 public:
  class host {
   public:
    virtual time_point now() const = 0;
    /// The Date of a response that is sent now (RFC 9110, section 6.6.1); empty: it has none.
    virtual std::string_view date() { return {}; }
    /// A request is complete. Answer with respond(), now or later, or take the stream with
    /// release() or upgrade. Nothing more is read as requests until then, but an end is noticed.
    virtual void on_request(http_request request) = 0;
    /// What came is no request or exceeds a bound: it is answered with `status` (400, 408, 413,
    /// 431) behind this call, with the fields that this gives, and the connection ends. `begun`:
    /// the request without its body; null if its header is not whole or is what is refused.
    virtual header_fields on_refused(unsigned status, const http_request* begun) = 0;
    /// Reading failed, other than by the client's end: on_closed follows.
    virtual void on_read_failed(const boost::system::error_code&) {}
    /// The client went away while its request waited for an answer, or between requests, or a
    /// deadline or an error ended the connection.
    virtual void on_closed() = 0;
    /// deadline() may have changed. It may be now: call advance() soon, but never within this.
    virtual void on_deadline_changed() = 0;

   protected:
    ~host() = default;
  };

  /// `scratch` (64 KiB or so) is the shard's read buffer, used within calls only. `unread` are
  /// bytes already read from the stream. `owner`, `options` and `scratch` outlive this.
  http_connection(std::unique_ptr<stream> bytes, const http_options& options,
                  std::span<char> scratch, host& owner, std::string unread = {});
  ~http_connection();

  /// Begins to read; hands on a request that is whole in `unread`.
  void start();
  /// Begins with a request under way that another connection object had read (see release()):
  /// respond() answers it. `head`: its method is HEAD; `last`: the connection ends behind it.
  void start_answering(bool head, bool last);
  /// Whether the connection ends behind the request under way.
  bool is_last() const noexcept;
  /// Answers the request under way (else does nothing), also within on_request. A pipelined request
  /// that follows is handed on later, from the loop.
  void respond(const http_response& response);
  /// When to call advance(); max() for never.
  time_point deadline() const noexcept;
  void advance(time_point now);
  /// Drops the connection now, without on_closed.
  void close() noexcept;

  /// Gives the stream away with the bytes read behind the request under way; this is only fit to
  /// be destroyed afterwards. For moving to another shard and for WebSocket.
  std::pair<std::unique_ptr<stream>, std::string> release();

  std::string remote_address() const;
  bool is_secure() const noexcept;
  bool is_busy()
      const noexcept;  ///< A request waits for its answer, or an answer is being written.

 private:
  void on_readable() override;
  void on_writable() override;

  struct state;
  std::unique_ptr<state> state_;
};

/// The bytes of the 101 response to a well-formed upgrade request (by Boost.Beast's handshake),
/// with `extra` fields. Of the subprotocols that the client asks for its first is chosen, unless
/// `extra` names one. Errors: Beast's websocket errors.
result<std::string> websocket_accept(const http_request& request, const header_fields& extra);

/// A whole response as bytes, for a connection that is refused before it is an http_connection.
std::string to_bytes(const http_response& response, bool head_only = false);

}  // namespace troupe::transport
