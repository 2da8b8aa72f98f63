#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <troupe/actors/engine_session.hpp>

namespace troupe::actors {

struct socket_state;

/// The client's session as one of its sockets has it: listeners that are added through it are
/// called as handlers of that socket, by messages to its actor, and go with it.
class socket_session final : public engine_session {
 public:
  /// Messages on their way to one socket at a time.
  static constexpr std::size_t calls_max = 1024;

  explicit socket_session(socket_state& of);
  ~socket_session();

  const std::string& id() const noexcept override { return whole_.id(); }
  std::string_view transport() const noexcept override { return whole_.transport(); }
  const client_handshake& handshake() const override { return whole_.handshake(); }
  std::size_t write_buffer_bytes() const noexcept override { return whole_.write_buffer_bytes(); }
  void close() override { whole_.close(); }

 private:
  void listens_to_packets() override {}
  engine_session& whole() noexcept override { return whole_; }
  calling way() override;

  socket_state& socket_;
  engine_session& whole_;
  const std::shared_ptr<std::size_t> under_way_ = std::make_shared<std::size_t>(0);
};

}  // namespace troupe::actors
