#pragma once

#include <memory>
#include <string>
#include <vector>

#include <troupe/actors/awaited_acks.hpp>
#include <troupe/actors/counters.hpp>
#include <troupe/actors/directory.hpp>
#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/actors/link.hpp>
#include <troupe/actors/subscriber_table.hpp>

namespace troupe::actors {

struct broadcaster_restarted;

/// What the actors of one shard see of it; the runtime implements the rest. Thread: the shard's.
class shard_context {
 public:
  virtual unsigned index() const noexcept = 0;
  virtual time_point now() const noexcept = 0;
  /// Sends the shard's arm `wake` at `when`; a later call replaces an earlier.
  virtual void wake_arm_at(time_point when) = 0;
  /// The session's link; null once its transport is gone.
  virtual link* find(const link_id& id) noexcept = 0;
  /// Sends `message` to the connection actor of every session that the namespace may concern.
  virtual void tell_all(const broadcaster_restarted& message) = 0;
  /// The server ends: the connection actors end their sockets with `reason`, connections without
  /// one are closed.
  virtual void shut_down(disconnect_reason reason) = 0;
  /// The same, spread over a time; no session is opened any more. Who is left at `deadline` is
  /// reset.
  virtual void drain_sessions(disconnect_reason reason, std::chrono::milliseconds deadline,
                              std::chrono::milliseconds spread) = 0;
  /// Binds a session to its connection actor; tells the actor link_closed, and nothing before it,
  /// if the session is no more.
  virtual void attach(const link_id& id, const caf::actor& connection) = 0;
  /// The connection actor ended by itself: closes what is left of its session.
  virtual void forget(const link_id& id) = 0;
  /// Sends the namespace's broadcaster, which is this shard's, `wake` at `when`, once; a later call
  /// replaces an earlier.
  virtual void wake_broadcaster(std::uint32_t nsp, time_point when) = 0;
  /// A fresh socket id: 20 characters, 15 random bytes in base64url.
  virtual std::string next_sid() = 0;

  directory& shared() noexcept { return directory_; }
  counters& count() noexcept { return counters_; }
  const counters& count() const noexcept { return counters_; }

  /// The shard's part of a namespace, made on first use.
  subscriber_table& table(std::uint32_t nsp);
  /// The namespace's broadcaster as this shard knows it.
  const caf::actor& broadcaster(const namespace_entry& nsp);
  /// `next` took the place of one that died, and whatever that had under way is lost. False: the
  /// shard never spoke to another than `next`.
  bool replace_broadcaster(std::uint32_t nsp, const caf::actor& next);
  /// The namespace is no more; its index may come to mean another. False: the shard never spoke to
  /// its broadcaster.
  bool forget_namespace(std::uint32_t nsp);
  /// How often the namespace's broadcaster was replaced.
  std::uint32_t epoch(std::uint32_t nsp) const noexcept {
    return nsp < broadcasters_.size() ? broadcasters_[nsp].epoch : 0;
  }
  /// How often any was.
  std::uint32_t replacements() const noexcept { return replacements_; }
  const std::vector<std::unique_ptr<subscriber_table>>& tables() const noexcept { return tables_; }
  /// Broadcasts that its clients have not all answered.
  awaited_acks& acks() noexcept { return acks_; }
  /// The id of the next ack that one of its sockets asks for: no other socket of the server is
  /// asked with it, so that what a client answers late, on its next connection, is no answer to
  /// another question. From 1 on, and from the beginning again after 2^30 / shards of them.
  std::uint64_t next_ack_id() noexcept;
  /// Ends the memberships of a link that is gone, in the tables and with the broadcasters.
  void leave_all(link& gone);
  /// Drops all handles; the shard has stopped.
  void drop_handles() noexcept { broadcasters_.clear(); }

 protected:
  explicit shard_context(directory& shared)
      : directory_(shared), acks_(shared.options().broadcast_acks_max, counters_) {}
  ~shard_context() = default;

 private:
  directory& directory_;
  counters counters_;
  awaited_acks acks_;
  std::uint64_t acks_asked_ = 0;  // By sockets, ever.
  std::vector<std::unique_ptr<subscriber_table>> tables_;
  struct known_broadcaster {
    caf::actor who;
    std::uint32_t epoch = 0;
  };
  known_broadcaster& known(std::uint32_t nsp);
  std::vector<known_broadcaster> broadcasters_;
  std::uint32_t replacements_ = 0;
};

}  // namespace troupe::actors
