#pragma once

#include <memory>
#include <string>
#include <vector>

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
  /// The session's link; null once its transport is gone.
  virtual link* find(const link_id& id) noexcept = 0;
  /// Sends `message` to the connection actor of every session.
  virtual void tell_all(const broadcaster_restarted& message) = 0;
  /// The server ends: the connection actors end their sockets with `reason`, connections without
  /// one are closed.
  virtual void shut_down(disconnect_reason reason) = 0;
  /// Binds a session to its connection actor; ends the actor if the session is no more.
  virtual void attach(const link_id& id, const caf::actor& connection) = 0;
  /// The connection actor ended by itself: closes what is left of its session.
  virtual void forget(const link_id& id) = 0;
  /// A fresh socket id: 20 characters, 15 random bytes in base64url.
  virtual std::string next_sid() = 0;

  directory& shared() noexcept { return directory_; }
  counters& count() noexcept { return counters_; }
  const counters& count() const noexcept { return counters_; }

  /// The shard's part of a namespace, made on first use.
  subscriber_table& table(std::uint32_t nsp);
  /// The namespace's broadcaster as this shard knows it.
  const caf::actor& broadcaster(const namespace_entry& nsp);
  void replace_broadcaster(std::uint32_t nsp, caf::actor next);
  const std::vector<std::unique_ptr<subscriber_table>>& tables() const noexcept { return tables_; }
  /// Ends the memberships of a link that is gone, in the tables and with the broadcasters.
  void leave_all(link& gone);
  /// Counts broadcaster restarts; see link::epoch.
  std::uint32_t epoch = 0;

  /// Drops all handles; the shard has stopped.
  void drop_handles() noexcept { broadcasters_.clear(); }

 protected:
  explicit shard_context(directory& shared) : directory_(shared) {}
  ~shard_context() = default;

 private:
  directory& directory_;
  counters counters_;
  std::vector<std::unique_ptr<subscriber_table>> tables_;
  std::vector<caf::actor> broadcasters_;
};

}  // namespace troupe::actors
