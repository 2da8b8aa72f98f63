#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <troupe/harness/seams.hpp>

namespace troupe::harness {

/// The client's end of one connection: to a simulated server, or a socket.
class client_connection {
 public:
  virtual ~client_connection() = default;
  virtual void send(std::string_view bytes) = 0;
  /// Nothing more is sent or read; what was sent still goes.
  virtual void close() = 0;
  /// The same, with a reset.
  virtual void reset() = 0;

  std::string received;     ///< Not taken by the client yet.
  bool is_ended = false;    ///< The other end closed; `received` is the last.
  bool has_failed = false;  ///< Refused or reset.
};
using connection_ptr = std::shared_ptr<client_connection>;

/// Where clients get their connections and the time from.
class client_network {
 public:
  virtual ~client_network() = default;
  /// A new connection of the client with this number.
  virtual connection_ptr connect(unsigned client) = 0;
  virtual time_point now() const = 0;
  /// Nothing is under way between this client and the server; false where nobody knows.
  virtual bool is_quiet(unsigned) const { return false; }
};

}  // namespace troupe::harness
