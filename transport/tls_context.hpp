#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include <troupe/transport/stream.hpp>
#include <troupe/transport/tls_options.hpp>

struct ssl_ctx_st;

namespace troupe::transport {

/// The server's certificate and what it accepts of a TLS client: TLS 1.2 or newer, forward secrecy,
/// authenticated encryption, no renegotiation, no compression; ALPN "http/1.1". Any thread.
class tls_context {
 public:
  /// Without a certificate: reload() comes before wrap().
  explicit tls_context(tls_options options) : options_(std::move(options)) {}
  /// One that has read the files. Errors: the system's or OpenSSL's (category "openssl").
  static result<std::unique_ptr<tls_context>> load(const tls_options& options);

  /// Reads the files again: connections accepted from then on get what is in them. On an error
  /// everything stays as it was.
  boost::system::error_code reload();

  /// The server's end of TLS over `bytes`, which belongs to `loop`. The handshake is made as it is
  /// read from.
  std::unique_ptr<stream> wrap(std::unique_ptr<stream> bytes, boost::asio::io_context& loop);

 private:
  const tls_options options_;
  std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> current_;
};

}  // namespace troupe::transport
