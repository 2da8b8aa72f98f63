#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace troupe::transport {

/// Where and how to listen: at an address and port, at a Unix domain socket, or on a socket that
/// somebody else opened.
struct listener_options {
  /// An address, or a name that resolves to one ("localhost"). "::" takes IPv4 too.
  std::string host = "0.0.0.0";
  std::uint16_t port = 3000;  ///< 0: any free one; see listener::port().
  /// Unless empty: a Unix domain socket in the file system, instead of host and port. One that a
  /// process left behind is replaced, one that is listened on is not (address_in_use). The file is
  /// removed when the listener stops.
  std::string unix_path{};
  /// Unless negative: a stream socket that listens already, TCP or Unix, which is taken over and
  /// closed in the end; host, port and unix_path do not count then.
  int descriptor = -1;
  /// SO_REUSEPORT: other processes (or other servers of this one) that set it too may listen at the
  /// same port; the kernel spreads the connections.
  bool reuse_port = false;
  int backlog = 4096;  ///< Connections the kernel holds until they are accepted.
  /// SO_SNDBUF of accepted sockets, which bounds what the kernel holds for a stalled reader
  /// (it may grow to 4 MiB otherwise). 0: the system's choice.
  int send_buffer_bytes = 256 * 1024;
  /// After EMFILE, ENFILE, ENOBUFS or ENOMEM, accepting rests this long; connections wait in the
  /// backlog.
  std::chrono::milliseconds accept_pause{100};
};

}  // namespace troupe::transport
