#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include <troupe/actors/engine_session.hpp>
#include <troupe/actors/handshake.hpp>
#include <troupe/actors/pending_operations.hpp>
#include <troupe/protocol/frame.hpp>
#include <troupe/protocol/prefetch.hpp>

namespace troupe::actors {

using time_point = std::chrono::steady_clock::time_point;

/// `wait` from `now` on: `now` if it is negative, never (`time_point::max()`) if time ends before.
inline time_point deadline_after(time_point now, std::chrono::milliseconds wait) noexcept {
  using std::chrono::milliseconds;
  const auto left = std::chrono::duration_cast<milliseconds>(time_point::max() - now);
  return wait >= left ? time_point::max() : now + std::max(wait, milliseconds::zero());
}

/// Names one session of one shard; stale once the session is gone.
struct link_id {
  std::uint32_t shard = 0;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  friend bool operator==(const link_id&, const link_id&) = default;
};

/// How a frame is to be delivered.
struct delivery {
  bool is_volatile = false;  ///< Dropped if it cannot be written now.
  bool may_compress = true;  ///< Where the transport compresses.
};

struct subscriber;
class connection_actor;

/// What the actors see of one client's session; the runtime implements it. It outlives its
/// connection actor: the transport may be gone (sends are dropped then), the object is not.
/// Thread: its shard's.
class link {
 public:
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  const link_id& id() const noexcept { return id_; }

  /// Asks for the memory that send() touches, which an implementation keeps within the first lines.
  void fetch() const noexcept {
    prefetch(this);
    prefetch(this + 1);  // Where the implementation begins.
  }
  /// Queues a frame; it is written at the end of the turn, with all others.
  virtual void send(const protocol::frame_ptr& frame, delivery how) = 0;
  /// Writes what is queued, then closes the transport ("forced close").
  virtual void close() = 0;
  /// The connection actor has dealt with one message: one more may be read (credit).
  virtual void handled() = 0;
  /// `pending` or `withheld` has changed: what was held for them may go on.
  virtual void operation_returned() = 0;
  /// Sends the connection actor `wake` at `when`, once; a later call replaces an earlier.
  virtual void wake_at(time_point when) = 0;
  /// The connection actor has ended: close what is left; this link may go.
  virtual void released() = 0;
  virtual const client_handshake& handshake() const = 0;
  /// The client speaks revision 3 of Engine.IO, and 4 of Socket.IO on it.
  virtual bool is_revision_3() const noexcept { return false; }
  /// The session's own id. A secret of its client's, which is authorized by it.
  virtual std::string_view session_id() const noexcept { return {}; }
  /// Has the connection actor do `work`, by a message; nothing if it is gone.
  virtual void ask(std::function<void(connection_actor&)> work) = 0;
  /// The session as users see it, made when it is first asked for.
  virtual engine_session& conn() = 0;

  /// What this client's actor has under way through broadcasters. It counts as credit used, so that
  /// a client cannot fill a broadcaster's mailbox faster than it is emptied.
  pending_operations pending;
  /// Messages that the actor keeps for sockets on their way in; their credit does not come back
  /// before those have joined or are refused.
  std::size_t withheld = 0;
  /// Events that actors of the user's, which are to have them before the client is read on, have
  /// not handled. They are credit used as well.
  std::size_t owed = 0;
  /// The link is to be closed when nothing is pending any more.
  bool closes_behind = false;
  /// One of the client's sockets listens to what it is sent.
  bool watches_outgoing = false;
  /// This client's memberships on the shard, one for each namespace joined.
  std::vector<subscriber*> memberships;

 protected:
  explicit link(link_id id) : id_(id) {}
  ~link() = default;
  link_id id_;
};

}  // namespace troupe::actors
