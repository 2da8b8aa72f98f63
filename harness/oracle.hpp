#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/harness/trace.hpp>

namespace troupe::harness {

/// A guarantee that did not hold.
struct violation {
  std::string invariant;  ///< Its name: "order", "exactly once"...
  std::string text;
  std::chrono::microseconds at{0};
};

/// One emit of the standard application: whose (`origin`, a socket's number), the how manieth of
/// that socket's emits, and the how manieth of those that reach that socket itself.
struct stamp {
  std::uint64_t origin = 0;
  std::uint64_t sequence = 0;
  std::uint64_t own = 0;
};

/// Knows what the servers did and what the clients saw, and says when a guarantee is broken: order,
/// exactly once for who stays connected, promptness, one order of broadcasts, nothing behind the
/// end, acks answered once, sockets ended once and for a reason that there was. Keeps the first.
class oracle {
 public:
  explicit oracle(trace& seen) : trace_(seen) {}

  /// What the server knows of one socket.
  struct socket_record {
    std::uint64_t number = 0;
    std::string sid, nsp;
    std::optional<unsigned> client;  ///< None: not told; any reason to end will do.
    std::uint64_t emitted = 0, emitted_to_itself = 0;
    std::size_t asked = 0, answered = 0;
    std::size_t acts = 0;  ///< That it received.
    bool ended = false;
    bool was_told_to_go = false;  ///< By disconnect(), or its handler threw.
    std::set<std::string> rooms;
  };
  /// What is known of a client that excuses it.
  struct client_record {
    bool is_disturbed = false;   ///< A fault was set on it, or on all.
    bool repeats = false;        ///< It may say the same twice.
    bool was_closed = false;     ///< By the server: all of its sockets end.
    bool fell_silent = false;    ///< It has gone in a way that only a missing pong tells.
    std::size_t departures = 0;  ///< Its own.
  };

  // The server's side.
  /// A socket begins; one that is recovered has an id that was there before. The record stays
  /// until server_ended().
  socket_record& connected(std::string_view sid, std::string_view nsp,
                           std::optional<unsigned> client, bool is_recovered = false);
  void disconnected(socket_record& who, disconnect_reason reason);
  /// Its client's next act has arrived.
  void acted(socket_record& who, std::string_view kind);
  void answered(socket_record& who, std::size_t question);
  /// The next emit of `who`; `reaches_itself`: it is one of the receivers.
  stamp emitted(socket_record& who, std::string_view kind, bool reaches_itself);
  void server_ends() { is_ending_ = true; }
  /// All its sockets have ended; another server begins.
  void server_ended();

  // The clients' side.
  void joined(unsigned client, std::string_view nsp, std::string_view sid);
  void left(unsigned client, std::string_view nsp);
  /// It acts; `is_joined`: over the socket that it has, else over the next.
  void acts(unsigned client, std::string_view nsp, std::string_view kind, bool is_joined);
  void received(unsigned client, std::string_view nsp, std::string_view event, const stamp& what);
  /// It raced with itself, or the like: what it gets from now on this session is not measured.
  void excuse(unsigned client, std::string_view nsp);
  /// The last broadcast of a client: everybody in `nsp` will hear it.
  void says_last(std::string_view nsp);
  /// Who is connected has got as many broadcasts as were the last, and all have the same last one.
  bool has_heard_last() const;
  /// All was delivered: who is connected has got everything.
  void check_settled();

  client_record& client(unsigned number) { return clients_[number]; }
  void disturb_all(unsigned clients) {
    for (unsigned i = 0; i < clients; ++i) clients_[i].is_disturbed = true;
  }
  /// Broadcasts may have been lost with their broadcaster.
  void broadcaster_died() { has_lost_ = true; }
  bool has_lost() const noexcept { return has_lost_; }
  std::size_t connected_in(std::string_view nsp) const;

  /// At rest: whoever was told to go has gone, and each is in the rooms that it joined, as
  /// `rooms_of(nsp, sid)` knows them.
  void check_sockets(
      const std::function<std::set<std::string>(std::string_view, std::string_view)>& rooms_of);

  void violated(std::string_view invariant, std::string text);
  const std::optional<violation>& first() const noexcept { return first_; }
  std::size_t deliveries() const noexcept { return deliveries_; }

 private:
  /// One socket as its client sees it, from CONNECT to its end.
  struct view {
    unsigned client;
    std::string sid, nsp;
    bool is_open = true, is_excused = false;
    std::uint64_t own = 0;                                            // The last of its own stamps.
    std::map<std::uint64_t, std::uint64_t> last;                      // Sequence, by origin.
    std::vector<std::pair<std::uint64_t, std::uint64_t>> broadcasts;  // Origin and sequence.
    std::size_t expected = 0;                                         // Broadcasts, at the end.
  };
  bool is_allowed(const socket_record& who, disconnect_reason reason);
  void check_one_order(const view& seen, const view& measure);
  view* find(unsigned client, std::string_view nsp);

  trace& trace_;
  std::map<std::string, socket_record> sockets_;  // By sid; the present server's.
  std::map<unsigned, client_record> clients_;
  std::vector<view> views_;
  struct emit {
    std::uint64_t event;  // Of the trace.
    std::chrono::microseconds at;
  };
  std::map<std::pair<std::uint64_t, std::uint64_t>, emit> emits_;  // By origin and sequence.
  std::map<std::string, std::vector<std::uint64_t>> acts_;  // Of clients, by sid: of the trace.
  std::map<std::pair<unsigned, std::string>, std::vector<std::uint64_t>> unsent_acts_;
  std::set<std::string> sids_;
  std::uint64_t last_number_ = 0;
  std::size_t deliveries_ = 0;
  bool is_ending_ = false;
  bool has_lost_ = false;
  std::optional<violation> first_;
};

}  // namespace troupe::harness
