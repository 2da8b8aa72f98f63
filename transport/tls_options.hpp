#pragma once

#include <string>

namespace troupe::transport {

/// TLS with the embedder's own certificate, by OpenSSL. Off unless a certificate is named.
struct tls_options {
  std::string certificate_file{};  ///< PEM: the certificate, then those between it and the root.
  std::string key_file{};          ///< PEM, without a passphrase. Empty: in the certificate's file.
  /// PEM: who must have signed the clients' certificates. Empty: clients need none.
  std::string client_authority_file{};
  enum class version { tls_1_2, tls_1_3 };
  version least = version::tls_1_2;  ///< Older ones are refused.
  /// OpenSSL's names of the suites for TLS 1.2; those of 1.3 are OpenSSL's own choice.
  std::string ciphers =
      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
      "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
      "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

  bool is_on() const noexcept { return !certificate_file.empty(); }
};

}  // namespace troupe::transport
