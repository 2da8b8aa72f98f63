#include <troupe/transport/tls_context.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string_view>
#include <utility>

#include <troupe/transport/tls_stream.hpp>

namespace troupe::transport {

namespace {

using boost::system::error_code;

class openssl_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "openssl"; }
  std::string message(int code) const override {
    const char* text = ERR_reason_error_string(static_cast<unsigned long>(code));
    return text == nullptr ? "TLS error" : text;
  }
};

error_code last_error() {
  static const openssl_category category;
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return {ERR_GET_REASON(code), boost::system::system_category()};
  return {static_cast<int>(code), category};
}

// Nobody is there to type one.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

// A client that offers protocols gets HTTP/1.1 if that is among them, else none.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  constexpr std::string_view wanted = "\x08http/1.1";
  const auto* ours = reinterpret_cast<const unsigned char*>(wanted.data());
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, ours, static_cast<unsigned>(wanted.size()), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

void set_rules(SSL_CTX* made, const tls_options& options) {
  SSL_CTX_set_min_proto_version(
      made, options.least == tls_options::version::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One read for a record's header and body. Sessions are resumed by tickets: nothing is kept here.
  SSL_CTX_set_read_ahead(made, 1);
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
  constexpr std::string_view name = "troupe";
  SSL_CTX_set_session_id_context(made, reinterpret_cast<const unsigned char*>(name.data()),
                                 static_cast<unsigned>(name.size()));
  SSL_CTX_set_default_passwd_cb(made, no_passphrase);
  SSL_CTX_set_alpn_select_cb(made, choose_protocol, nullptr);
}

bool demand_client_certificates(SSL_CTX* made, const std::string& authority) {
  if (SSL_CTX_load_verify_locations(made, authority.c_str(), nullptr) != 1) return false;
  auto* names = SSL_load_client_CA_file(authority.c_str());
  if (names == nullptr) return false;
  SSL_CTX_set_client_CA_list(made, names);
  SSL_CTX_set_verify(made, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return true;
}

result<std::shared_ptr<ssl_ctx_st>> make_context(const tls_options& options) {
  ERR_clear_error();
  const std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (made == nullptr) return last_error();
  set_rules(made.get(), options);
  const std::string& key = options.key_file.empty() ? options.certificate_file : options.key_file;
  if (SSL_CTX_set_cipher_list(made.get(), options.ciphers.c_str()) != 1 ||
      SSL_CTX_use_certificate_chain_file(made.get(), options.certificate_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(made.get(), key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(made.get()) != 1)
    return last_error();
  if (!options.client_authority_file.empty() &&
      !demand_client_certificates(made.get(), options.client_authority_file))
    return last_error();
  return made;
}

}  // namespace

result<std::unique_ptr<tls_context>> tls_context::load(const tls_options& options) {
  auto made = std::make_unique<tls_context>(options);
  if (const error_code failure = made->reload()) return failure;
  return made;
}

error_code tls_context::reload() {
  auto made = make_context(options_);
  if (!made) return made.error();
  const std::lock_guard lock(mutex_);
  current_ = *std::move(made);
  return {};
}

std::unique_ptr<stream> tls_context::wrap(std::unique_ptr<stream> bytes,
                                          boost::asio::io_context& loop) {
  std::shared_ptr<ssl_ctx_st> context;
  {
    const std::lock_guard lock(mutex_);
    context = current_;
  }
  return std::make_unique<tls_stream>(std::move(bytes), context.get(), loop);
}

}  // namespace troupe::transport
