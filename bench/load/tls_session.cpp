#include "tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <csignal>

#include "fail.hpp"

namespace load {

namespace {

constexpr std::size_t read_ahead_bytes = 64 * 1024;

struct context_deleter {
  void operator()(SSL_CTX* made) const noexcept { SSL_CTX_free(made); }
};

std::unique_ptr<SSL_CTX, context_deleter> make_context() {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL.
  std::unique_ptr<SSL_CTX, context_deleter> made(SSL_CTX_new(TLS_client_method()));
  if (made == nullptr) fail("no TLS");
  SSL_CTX_set_verify(made.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS |
                                   SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One recv for many records, where OpenSSL would ask for each one's header and body alone.
  SSL_CTX_set_read_ahead(made.get(), 1);
  SSL_CTX_set_default_read_buffer_len(made.get(), read_ahead_bytes);
  return made;
}

SSL_CTX* context() {
  static const auto made = make_context();
  return made.get();
}

}  // namespace

void tls_session::deleter::operator()(ssl_st* session) const noexcept {
  SSL_free(session);
}

tls_session::tls_session(int descriptor) : session_(SSL_new(context())) {
  if (session_ == nullptr || SSL_set_fd(session_.get(), descriptor) != 1) fail("no TLS session");
  SSL_set_connect_state(session_.get());
}

ssize_t tls_session::read(char* to, std::size_t size) {
  ERR_clear_error();
  const int got = SSL_read(session_.get(), to, static_cast<int>(size));
  if (got > 0) return got;
  const int why = SSL_get_error(session_.get(), got);
  if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) return 0;
  errno = EAGAIN;
  return -1;
}

std::size_t tls_session::write(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    ERR_clear_error();
    const int sent =
        SSL_write(session_.get(), bytes.data() + taken, static_cast<int>(bytes.size() - taken));
    if (sent <= 0) break;
    taken += static_cast<std::size_t>(sent);
  }
  return taken;
}

}  // namespace load
