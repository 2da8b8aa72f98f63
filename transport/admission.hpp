#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace troupe::transport {

struct admission_limits {
  std::size_t total_max = 0;        ///< 0: no bound.
  std::size_t per_address_max = 0;  ///< Of one network_of(); 0: no bound.
};

/// What a peer is counted under: its IPv4 address, or the /64 of its IPv6 address, which is what
/// one subscriber is given. `remote_address` as stream::remote_address(). 0: no IP address.
std::uint64_t network_of(std::string_view remote_address) noexcept;

/// Counts what is there at a time, in all and by the peer's network, and refuses what is too much.
/// Any thread; the lock is taken only where the count by network is bounded.
class admission : public std::enable_shared_from_this<admission> {
 public:
  enum class verdict { admitted, too_many, too_many_of_address };

  /// Holds one place until it is destroyed.
  class place {
   public:
    place() = default;
    place(place&& other) noexcept
        : of_(std::move(other.of_)), network_(std::exchange(other.network_, 0)) {}
    place& operator=(place&& other) noexcept {
      place taken(std::move(other));
      std::swap(of_, taken.of_);
      std::swap(network_, taken.network_);
      return *this;
    }
    ~place() {
      if (of_ != nullptr) of_->leave(network_);
    }

   private:
    friend class admission;
    place(std::shared_ptr<admission> of, std::uint64_t network)
        : of_(std::move(of)), network_(network) {}
    std::shared_ptr<admission> of_;
    std::uint64_t network_ = 0;
  };

  explicit admission(const admission_limits& limits) : limits_(limits) {}

  /// Gives `into` a place if there is one. A peer without an IP address counts in the total only.
  verdict admit(std::string_view remote_address, place& into);
  std::size_t total() const noexcept { return total_.load(std::memory_order_relaxed); }

 private:
  void leave(std::uint64_t network) noexcept;

  const admission_limits limits_;
  std::atomic<std::size_t> total_{0};
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::size_t> by_network_;  // Those that are there.
};

}  // namespace troupe::transport
