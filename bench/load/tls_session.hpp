#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string_view>

struct ssl_st;

namespace load {

/// TLS on one connection's descriptor, as a client that asks for nothing in particular and takes
/// any certificate. Both calls go on with the handshake first.
class tls_session {
 public:
  explicit tls_session(int descriptor);

  /// As recv(2): 0 at the end, or when TLS fails; -1 with EAGAIN when nothing more is there.
  ssize_t read(char* to, std::size_t size);
  /// How many bytes were taken; not all of them when there is no room, or it has ended.
  std::size_t write(std::string_view bytes);

 private:
  struct deleter {
    void operator()(ssl_st* session) const noexcept;
  };
  std::unique_ptr<ssl_st, deleter> session_;
};

}  // namespace load
