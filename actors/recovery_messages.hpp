#pragma once

#include <any>
#include <memory>
#include <string>
#include <vector>

#include <troupe/actors/caf.hpp>
#include <troupe/actors/link.hpp>

// What connection actors and broadcasters say to each other for connection state recovery; part of
// messages.hpp.

namespace troupe::actors {

/// With a subscription: what makes the socket recoverable.
struct recovery_terms {
  std::string pid;
  caf::actor client;
  bool is_claimed;  ///< It was, and what it missed is due.
};

/// A socket whose client is away.
struct saved_socket {
  std::string sid;
  std::string pid;
  std::vector<std::string> rooms;
  /// socket::data(); whoever takes the socket's place moves it out.
  std::shared_ptr<std::any> data;
};

/// To a broadcaster: the client on `from` asks for the socket that it had, for the one that is
/// `joining`. Exactly one socket_claimed answers, unless socket_ended takes it back.
struct claim_socket {
  link_id from;
  caf::actor client;
  std::string joining;
  std::string pid;
  std::string offset;
};
/// To a connection actor. Null: there is none, or what it missed is not all there.
struct socket_claimed {
  std::string joining;
  std::shared_ptr<const saved_socket> found;
};
/// To a broadcaster: the socket has ended, last of all; or a claim is given back.
struct socket_ended {
  link_id from;
  std::string pid;
  bool is_recoverable;
  std::vector<std::string> rooms;
  std::shared_ptr<std::any> data;  ///< Null: as it was.
};
/// To a connection actor: its client speaks on another connection now.
struct superseded {};

}  // namespace troupe::actors
