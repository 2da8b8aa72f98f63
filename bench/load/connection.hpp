#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "reactor.hpp"
#include "scenario.hpp"
#include "tls_session.hpp"

namespace load {

/// One TCP connection to the server, maybe with TLS, which never blocks. Connections come from
/// changing addresses of 127/8, so that one address's ports do not run out.
class connection final : reactor::owner {
 public:
  class listener {
   public:
    /// Whole or not; gives how many bytes from the front are dealt with, the others come again.
    virtual std::size_t on_bytes(std::string_view bytes) = 0;
    /// By the server, or reset.
    virtual void on_end() = 0;

   protected:
    ~listener() = default;
  };

  connection(const scenario& what, std::size_t index, reactor& events, listener& told);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Writes now what the kernel takes, the rest when there is room.
  void send(std::string_view bytes);
  /// Reads nothing from now on.
  void stall() noexcept { is_stalled_ = true; }
  /// The server has ended it, whether or not that has been read.
  bool is_cut_off() const noexcept;
  /// Closes the descriptor; nothing is told any more.
  void close() noexcept;
  bool is_open() const noexcept { return descriptor_ >= 0; }

 private:
  void on_ready(bool has_ended) override;
  void flush();
  bool receive(bool has_ended);
  void end();

  listener& told_;
  int descriptor_;
  std::unique_ptr<tls_session> tls_;  // None: TCP alone.
  std::string unsent_;
  std::string kept_;  // Received, not yet dealt with.
  bool is_stalled_ = false;
};

}  // namespace load
