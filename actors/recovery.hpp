#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <troupe/actors/messages.hpp>
#include <troupe/actors/recovery_log.hpp>
#include <troupe/actors/shard_context.hpp>

namespace troupe::actors {

/// Connection state recovery in one namespace: what it sent, which sockets may have missed it, and
/// which of those are away. A socket is known by its pid from its first subscription until its
/// client has been away for too long. Since the broadcaster gives all of the namespace one order,
/// what a socket missed is what the log has behind the client's offset, as far as it was in its
/// rooms then; it is sent between the reply to the CONNECT and all that comes later.
/// Owned by the broadcaster; none where recovery is off. Thread: the broadcaster's.
class recovery {
 public:
  using position = recovery_log::position;

  recovery(shard_context& home, std::uint32_t nsp);
  ~recovery();

  /// Whether an event must be kept: somebody gets it, or somebody known is not `connected`. Members
  /// that are not known here (clients of Socket.IO 2, all who were there when the broadcaster was
  /// restarted) do not count.
  bool wants(bool has_receivers, std::size_t connected) const noexcept {
    return !by_pid_.empty() && (has_receivers || by_pid_.size() != connected);
  }
  /// What an event carries at its end: its own offset if it will be kept, else the last one's, so
  /// that the client's stays right.
  std::string offset_for(bool is_kept) const;
  void keep(protocol::frame_ptr frame, std::shared_ptr<const target_set> targets);

  struct admission {
    bool is_lost = false;  ///< What it missed is not there any more: its client must come anew.
    std::shared_ptr<const std::vector<protocol::frame_ptr>> missed;  ///< Null: nothing.
  };
  /// A socket subscribes, for the first time or as one that was claimed.
  admission admit(const subscribe& message);
  void rooms_changed(const change_rooms& message);
  void claim(const claim_socket& message);
  void ended(const socket_ended& message);
  /// Drops what is too old; it comes after a time that wake_at() was asked for.
  void wake_up();

 private:
  enum class phase : std::uint8_t { connected, saved, claimed };
  /// It happened behind the event at `after`.
  struct room_change {
    position after;
    std::string room;
    bool is_join;
  };
  struct known_socket {
    saved_socket what;
    phase now = phase::connected;
    link_id holder;            // Connected or claimed: by which connection.
    caf::actor client;         // Its actor.
    position since = 0;        // Events up to here were before its time.
    position known_since = 0;  // Its rooms at earlier events have been forgotten.
    std::vector<room_change> changes;
    position resumes_at = 0;                   // Claimed: what the client has.
    time_point saved_at;                       // Saved: since when,
    std::list<known_socket*>::iterator place;  // and where in the list.
    std::optional<claim_socket> next;          // Waits until the present holder has let go.
  };

  void add(const subscribe& message);
  void grant(known_socket& to, const claim_socket& asking);
  void refuse(const claim_socket& asking);
  void save(known_socket& left);
  void forget(known_socket& gone);
  void leave_list(known_socket& saved);
  void note_change(known_socket& who, const std::string& room, bool is_join);
  void note_rooms(known_socket& who, const std::vector<std::string>& rooms);
  bool has_all(const known_socket& who, position start) const;
  std::vector<protocol::frame_ptr> missed_by(const known_socket& who, position start) const;
  void plan();

  shard_context& home_;
  const std::uint32_t nsp_;
  const connection_state_recovery_options& options_;
  recovery_log log_;
  std::unordered_map<std::string, std::unique_ptr<known_socket>> by_pid_;
  std::unordered_map<std::string_view, known_socket*> by_sid_;  // Keys: their sid.
  std::list<known_socket*> saved_;                              // Oldest first.
  bool is_planned_ = false;
};

}  // namespace troupe::actors
