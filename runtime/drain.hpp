#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include <troupe/actors/disconnect_reason.hpp>
#include <troupe/actors/link.hpp>
#include <troupe/runtime/timers.hpp>

namespace troupe::runtime {

class shard;

/// The slow end of one shard's sessions: they are told to end batch by batch, evenly over a time,
/// so that their clients do not all reconnect at once; what they were sent is written before. Who
/// is still there at the deadline is reset. Thread: the shard's.
class drain final : private timer {
 public:
  /// `told`: the sessions of the shard; it opens no others.
  drain(shard& home, std::vector<actors::link_id> told, disconnect_reason reason,
        std::chrono::milliseconds deadline, std::chrono::milliseconds spread);

 private:
  void expired(time_point now) override;

  shard& home_;
  const std::vector<actors::link_id> sessions_;
  const disconnect_reason reason_;
  const time_point begin_;
  const time_point deadline_;
  const std::chrono::milliseconds spread_;
  std::size_t told_ = 0;
};

}  // namespace troupe::runtime
