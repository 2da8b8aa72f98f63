#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <troupe/actors/ack.hpp>
#include <troupe/actors/collection.hpp>
#include <troupe/actors/counters.hpp>
#include <troupe/actors/link.hpp>

namespace troupe::actors {

/// The ids of acks: those of emits to one socket are below this, broadcasts have theirs from here
/// to `ack_ids_end`. Clients in other languages keep ids in 32 bits with a sign.
constexpr std::uint64_t broadcast_ack_ids = std::uint64_t{1} << 30;
constexpr std::uint64_t ack_ids_end = std::uint64_t{1} << 31;

/// The answers to one broadcast. Complete when every broadcaster has said to how many shards it
/// sent it, and each of those has reported.
struct collected_acks {
  std::uint32_t broadcasters = 1;  ///< That have not said it yet.
  std::uint32_t shards = 0;        ///< That have not reported yet.
  boost::system::error_code error;
  std::vector<arguments> answers;
};
using ack_collection = collection<collected_acks>;

/// A broadcast that asks for acks: how long it waits, and who wants them.
struct ack_request {
  std::shared_ptr<ack_collection> answers;
  std::chrono::milliseconds timeout{0};
};

/// The broadcasts that clients of this shard have not all answered. Thread: the shard's.
class awaited_acks {
 public:
  awaited_acks(std::size_t max, counters& count) : max_(max), count_(count) {}

  /// `sids` were sent a broadcast with the ack id `id`. Nobody, or `max` wait already (too_many):
  /// it is reported at once.
  void add(std::uint64_t id, const ack_request& request, std::unordered_set<std::string> sids,
           time_point now);
  /// A client's answer; ignored if it was not asked, or has answered.
  void answer(std::uint64_t id, const std::string& sid, arguments values);
  /// Reports those that have waited long enough: "operation has timed out", with what came.
  void expire(time_point now);
  time_point next_deadline() const noexcept;
  std::size_t size() const noexcept { return waiting_.size(); }

 private:
  struct entry {
    std::shared_ptr<ack_collection> whole;
    time_point deadline;
    std::unordered_set<std::string> sids;
    std::vector<arguments> answers;
  };
  static void report(entry& done, boost::system::error_code error);

  const std::size_t max_;
  counters& count_;
  std::map<std::uint64_t, entry> waiting_;
};

}  // namespace troupe::actors
