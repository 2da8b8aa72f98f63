#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/actors/broadcast_operator.hpp>
#include <troupe/actors/next.hpp>

namespace caf {
class actor;
}

namespace troupe {

class socket;

/// A namespace of a server; a copyable handle, valid as long as the server. Any thread.
class nsp {
 public:
  nsp(actors::directory& shared, std::shared_ptr<actors::namespace_entry> entry)
      : directory_(&shared), entry_(std::move(entry)) {}

  const std::string& name() const noexcept;

  /// Adds a handler for every client that joins. It runs on the client's shard's thread: with more
  /// than one thread, handlers of different clients run at the same time, those of one client
  /// never. The socket lives until its disconnect handlers have returned: what is registered on it
  /// may capture it by reference. Handlers added later are for clients that join later.
  void on_connection(std::function<void(socket&)> handler) const;
  /// Adds a middleware: runs, in order, before the client is told that it joined. It may refuse.
  void use(std::function<void(socket&, next)> handler) const;
  /// `who` receives client_connected, client_event and client_disconnected for every client of the
  /// namespace that joins from now on (`<troupe/actors.hpp>`), until it ends. Its mailbox is not
  /// bounded: it must keep up.
  void subscribe(const caf::actor& who) const;

  template <class... Values>
  void emit(std::string_view event, Values&&... values) const {
    all().emit(event, std::forward<Values>(values)...);
  }
  template <class... Values>
  void send(Values&&... values) const {
    all().emit("message", std::forward<Values>(values)...);
  }
  template <class Rooms>
  broadcast_operator to(const Rooms& rooms) const {
    return all().to(rooms);
  }
  template <class Rooms>
  broadcast_operator in(const Rooms& rooms) const {
    return all().to(rooms);
  }
  template <class Rooms>
  broadcast_operator except(const Rooms& rooms) const {
    return all().except(rooms);
  }
  broadcast_operator volatile_() const { return all().volatile_(); }

 private:
  broadcast_operator all() const { return {*directory_, entry_}; }

  actors::directory* directory_;
  std::shared_ptr<actors::namespace_entry> entry_;
};

}  // namespace troupe
