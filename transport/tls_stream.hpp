#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include <troupe/transport/stream.hpp>

struct ssl_st;
struct ssl_ctx_st;

namespace troupe::transport {

/// Whether a stream's error says that what came is not TLS as it was agreed on, or not TLS at all.
/// Its message is OpenSSL's and repeats nothing of the peer's.
bool is_tls_error(const boost::system::error_code& error) noexcept;

/// The server's end of a TLS connection over another stream. OpenSSL reads and writes the stream
/// below directly; the handshake and whatever else TLS has to say happen within reading and
/// writing.
///
/// Held: OpenSSL's record buffers, which it frees while they are empty, and at most one encrypted
/// record (16 KiB and a little) that the stream below has not taken. Bytes of it do not count as
/// written: they are to be presented again, see stream::begun_bytes(). A peer that makes TLS answer
/// and does not read the answers is cut off at 64 KiB of them.
class tls_stream final : public stream, private stream::observer {
 public:
  /// `loop` is where `below` is armed.
  tls_stream(std::unique_ptr<stream> below, ssl_ctx_st* context, boost::asio::io_context& loop);
  ~tls_stream() override;
  tls_stream(const tls_stream&) = delete;
  tls_stream& operator=(const tls_stream&) = delete;

  void observe(stream::observer* who) noexcept override { observer_ = who; }
  result<std::size_t> read_some(std::span<char> into) noexcept override;
  result<std::size_t> write_some(
      std::span<const boost::asio::const_buffer> pieces) noexcept override;
  std::size_t begun_bytes() const noexcept override { return begun_; }
  void arm_readable() override;
  void arm_writable() override;
  /// The peer reads an end behind what was written: TLS's, then the stream's.
  void shutdown_send() noexcept override;
  void close() noexcept override;
  void reset() noexcept override;
  boost::system::error_code move_to(boost::asio::io_context& loop) override;
  std::string remote_address() const override { return below_->remote_address(); }
  bool is_secure() const noexcept override { return true; }

 private:
  struct bio;  // OpenSSL's side of the stream below.
  struct link {
    tls_stream* target;
    bool is_posted = false;
  };

  void on_readable() override;
  void on_writable() override;
  bool flush() noexcept;
  bool end_tls() noexcept;
  void call_soon();
  void cut() noexcept;
  boost::system::error_code error_of(int outcome) const noexcept;

  boost::asio::io_context* loop_;
  std::unique_ptr<stream> below_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> tls_;
  stream::observer* observer_ = nullptr;
  std::shared_ptr<link> link_;     // For the call that comes soon.
  std::string unsent_;             // Encrypted; the stream below has not taken it.
  std::size_t unsent_offset_ = 0;  // Of it, taken.
  std::size_t begun_ = 0;          // Bytes of the next write that are encrypted already.
  boost::system::error_code below_error_;
  bool is_starved_ = true;  // OpenSSL has read nothing that it has not handed on.
  bool reading_ = false;    // Armed.
  bool writing_ = false;
  bool is_shut_ = false;  // No more is written behind what is unsent.
  bool has_failed_ = false;
};

}  // namespace troupe::transport
