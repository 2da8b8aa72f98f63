#pragma once

#include <functional>
#include <memory>

namespace troupe {

namespace actors {
struct socket_state;
}

/// Brings work from any thread to a socket, as one of its handlers: `auto here =
/// socket.executor();`, later, on whichever thread, `here.post([&socket, answer] {
/// socket.emit("done", answer); })`. What is posted runs in order, and is dropped, not run, once
/// the socket has ended. Nothing bounds what waits there: that is for whoever posts. Copyable; not
/// to be used once the server has been destroyed.
class socket_executor {
 public:
  explicit socket_executor(actors::socket_state& of);
  /// What `work` throws ends the socket, as with any handler. Never runs it before it returns.
  void post(std::function<void()> work) const;
  friend bool operator==(const socket_executor&, const socket_executor&) noexcept = default;

 private:
  struct address;
  std::shared_ptr<const address> to_;
};

}  // namespace troupe
