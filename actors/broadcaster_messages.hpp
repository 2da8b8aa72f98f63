#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <troupe/actors/awaited_acks.hpp>
#include <troupe/actors/link.hpp>
#include <troupe/actors/recovery_messages.hpp>
#include <troupe/actors/remote_socket.hpp>
#include <troupe/actors/subscriber_table.hpp>
#include <troupe/protocol/frame.hpp>
#include <troupe/protocol/socketio/value.hpp>

// What a broadcaster is told; part of messages.hpp.

namespace troupe::actors {

/// Which client's actor an operation came from; `shard` is none for anybody else.
struct origin {
  static constexpr std::uint32_t none = 0xffffffff;
  link_id from{none, 0, 0};
  std::uint32_t epoch = 0;
};

struct subscribe {
  origin from;
  std::string sid;
  protocol::frame_ptr connect_reply;
  std::vector<std::string> rooms;
  std::shared_ptr<const recovery_terms> recovery;  // Null where recovery is off.
};
struct unsubscribe {
  std::string sid;
  link_id from;  // A client that was recovered has the sid on another link.
};
struct change_rooms {
  origin from;
  std::string sid;
  std::vector<std::string> rooms;
  bool join;
};
struct publish {
  origin from;
  std::string event;
  arguments values;
  std::shared_ptr<const target_set> targets;  // Null: all.
  delivery how;
  ack_request acks{};                    // Null answers: none are asked for.
  std::shared_ptr<const void> credit{};  // Of outside_operations; null: it is a client's.
};
/// What befalls all members that `targets` chooses, in one order with all else.
struct member_operation {
  enum class kind : std::uint8_t { join, leave, disconnect, fetch, count };
  origin from;
  kind what = kind::fetch;
  std::shared_ptr<const target_set> targets;                        // Null: all.
  std::vector<std::string> rooms;                                   // To join or leave.
  bool close = false;                                               // Their connections as well.
  std::shared_ptr<collection<std::vector<remote_socket>>> found{};  // Of fetch.
  std::shared_ptr<collection<std::size_t>> counted{};               // Of count.
  std::shared_ptr<const void> credit{};                             // As of publish.
};
/// A frame for one socket of the sender's, kept in order with its broadcasts.
struct direct {
  origin from;
  protocol::frame_ptr frame;
  delivery how;
  bool last = false;  // The socket leaves the namespace behind it.
  std::string sid;
};
/// After a restart: the members of one shard, all of them.
struct member {
  std::string sid;
  link_id link;
  std::vector<std::string> rooms;
};
/// The server ends: passed on to every shard behind all that came before it.
struct pass_on {};
/// Somebody listens to its rooms now.
struct rooms_watched {};
struct resubscribe {
  std::uint32_t shard;
  std::vector<member> members;
};
/// A shard has taken so many more of the operations that it was sent.
struct taken {
  std::uint32_t shard;
  std::uint32_t operations;
};

}  // namespace troupe::actors
