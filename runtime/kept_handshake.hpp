#pragma once

#include <memory>

#include <troupe/actors/handshake.hpp>

namespace troupe::runtime {

/// A session's handshake for as long as nobody asks for it: all its strings in one run of bytes,
/// a third of what they take one by one. Who asks makes the whole, which stays.
/// Thread: the session's shard.
class kept_handshake {
 public:
  explicit kept_handshake(client_handshake whole);

  /// As it was given; the same object every time.
  const client_handshake& whole() const;

 private:
  mutable std::unique_ptr<char[]> bytes_;  // Null once the whole is there.
  mutable std::unique_ptr<const client_handshake> whole_;
};

}  // namespace troupe::runtime
