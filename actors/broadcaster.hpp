#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <troupe/actors/directory.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>
#include <troupe/actors/recovery.hpp>

namespace troupe::actors {

/// Owns one namespace's subscriber set and rooms, and gives all that happens in the namespace one
/// order: joins, leaves, broadcasts, and what a client is sent directly while its own broadcasts
/// are under way. It encodes an event once and sends one message to each shard that has a
/// receiver, and to the shard that it came from, which counts it as returned. One that took the
/// place of another sends to every shard until that has told its members. What a shard has not
/// taken is bounded (`operations_under_way_max`): at the bound all that follows is held, in order.
class broadcaster final : public pinned_actor {
 public:
  broadcaster(caf::actor_config& config, directory& shared, namespace_ptr nsp, bool is_restarted);

  const char* name() const override { return "troupe.broadcaster"; }
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  using shard_counts = std::vector<std::uint32_t>;  // Members, by shard.
  struct room_entry {
    shard_counts members;
  };
  struct member_entry {
    link_id link;
    std::vector<std::string> rooms;
    bool has_pid = false;  // Recovery knows it.
  };

  void handle(const subscribe& message);
  void handle(const change_rooms& message);
  using operation = std::variant<publish, direct, subscribe, unsubscribe, change_rooms,
                                 member_operation, pass_on, claim_socket, socket_ended>;

  /// Handles it now, or behind what is held.
  template <class Operation>
  void take(const Operation& message);
  void release();
  template <class Message>
  void send(std::uint32_t shard, const Message& message);

  void handle(const publish& message);
  /// Encodes what `out` is to carry, if anything; false, and an empty `out`, if that failed.
  bool write(fanout& out, const publish& message, bool has_receivers);
  void handle(const direct& message);
  void handle(const unsubscribe& message) { remove(message.sid, message.from); }
  void handle(const member_operation& message);
  void change_rooms_of(const std::string& sid, member_entry& who, const member_operation& message);
  void handle(const pass_on& message);
  void handle(const claim_socket& message) { recovery_->claim(message); }
  void handle(const socket_ended& message) { recovery_->ended(message); }
  void handle(const resubscribe& message);
  void handle(const taken& message);
  protocol::frame_ptr encode(const publish& message, const arguments& values,
                             std::optional<std::uint64_t> id = {}) const;
  /// With the event's offset, kept if it has to be; null if nobody is to get it now.
  protocol::frame_ptr encode_recoverable(const publish& message, bool has_receivers);
  void remove(const std::string& sid, const link_id& from);
  void enter(const std::string& sid, member_entry& who, const std::string& room_name);
  void exit(const std::string& sid, member_entry& who, const std::string& room_name);
  /// Tells the room listeners that `sid` came or went; `is_first`: the room came or went with it.
  void tell_joined(const std::string& room, const std::string& sid, bool is_first) const;
  void tell_left(const std::string& room, const std::string& sid, bool is_last) const;
  void add_receivers(const std::string& room_name, std::vector<bool>& shards) const;
  counters& counts() const;  // Of the shard that it runs on.

  directory& directory_;
  namespace_ptr nsp_;
  shard_counts members_;
  std::vector<bool> unheard_;  // Shards whose members are not known yet.
  std::unordered_map<std::string, member_entry> subscribers_;  // By sid.
  std::unordered_map<std::string, room_entry> rooms_;
  std::vector<bool> receivers_;         // Kept for its storage.
  shard_counts under_way_;              // Sent and not taken, by shard.
  std::uint32_t full_ = 0;              // Shards that are at the bound.
  std::deque<operation> held_;          // At most what the senders' credit allows.
  std::unique_ptr<recovery> recovery_;  // Null where it is off.
  std::size_t known_members_ = 0;       // Those of the subscribers that recovery knows.
  std::shared_ptr<const namespace_entry::room_listeners> listeners_;  // Null: none.
};

}  // namespace troupe::actors
