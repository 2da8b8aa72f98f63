#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace load {

/// What one run does, as data: `bench-load KIND NAME=VALUE...`. The names are the members'.
struct scenario {
  std::string kind;        ///< fanout, rate, echo, churn, idle
  std::uint16_t port = 0;  ///< On 127.0.0.1.
  int pid = 0;             ///< The server's process; its children count too.
  std::size_t clients = 1000;
  std::size_t pollers = 0;     ///< How many of them, the last ones, use long-polling.
  std::size_t under_way = 1;   ///< fanout, echo (of each client), churn: not yet answered, at most.
  std::size_t bytes = 64;      ///< Of an event's text or attachment; at least 10.
  std::size_t senders = 1;     ///< Clients that send, in turn.
  double rate = 0;             ///< rate: messages a second, of all senders.
  double seconds = 4;          ///< Measured; a quarter of it more warms up.
  std::size_t rooms = 0;       ///< 0: events go to all. Else to the rooms in turn.
  std::size_t rooms_each = 1;  ///< Client c joins so many, from room c on, modulo `rooms`.
  std::size_t targets = 1;     ///< Rooms that one event goes to; members of several once.
  std::size_t rooms_besides = 0;  ///< Rooms more that every client joins, alone.
  bool binary = false;            ///< The event carries an attachment instead of a text.
  bool ack = false;               ///< echo: as an ack, not as an event.
  std::size_t slow_readers = 0;   ///< Clients more that never read once they have joined.
  std::string nsp = "/";          ///< What the clients join.
  bool tls = false;               ///< Connections are TLS.
  bool deflate = false;   ///< WebSockets with permessage-deflate, without context takeover; texts
                          ///< are of words then, and what the clients send is not compressed.
  bool msgpack = false;   ///< Packets are socket.io-msgpack-parser's.
  bool recovery = false;  ///< Events end with an offset, as connection state recovery has them.

  bool polls(std::size_t client) const noexcept {
    return client >= clients - pollers && client < clients;
  }
};

/// Reads the arguments; ends the program with a line on what is wrong with them.
scenario parse_scenario(std::span<char*> arguments);

}  // namespace load
