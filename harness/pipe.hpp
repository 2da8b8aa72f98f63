#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/harness/dice.hpp>
#include <troupe/harness/fault.hpp>
#include <troupe/harness/seams.hpp>

namespace troupe::harness {

/// A network fault that works on one direction of connections. Shared by all pipes it works on.
struct toxic {
  fault kind;
  std::string name;  ///< Of the proxy's API.
  direction stream = direction::both;
  double toxicity = 1;  ///< The share of connections that it works on.
  std::map<std::string, double, std::less<>> attributes;
  time_point until = time_point::max();
  std::shared_ptr<fault_count> count = std::make_shared<fault_count>();

  double attribute(std::string_view key, double otherwise) const {
    const auto found = attributes.find(key);
    return found == attributes.end() ? otherwise : found->second;
  }
};
using toxic_ptr = std::shared_ptr<const toxic>;

/// One direction of a connection, without I/O: bytes in, and out again when and as the toxics let
/// them. Order is kept. Time comes with every call. Used by the simulated network and the proxy.
class pipe {
 public:
  enum class ending : std::uint8_t { none, end, reset };
  /// Bytes under way at which the sender has to wait, as the kernel's buffers would.
  static constexpr std::size_t held_bytes_max = 64 * 1024;

  pipe(dice& random, direction way, std::size_t held_max = held_bytes_max)
      : random_(random), way_(way), held_max_(held_max) {}

  /// From now on `what` works on this pipe too.
  void poison(toxic_ptr what, time_point now);
  /// Takes one toxic, or all, away; what it held goes on.
  void cure(const toxic* what, time_point now);
  void cure_all(time_point now);

  void push(std::string_view bytes, time_point now);
  /// The sender's end, in order or not.
  void finish(ending how, time_point now);
  bool is_finished() const noexcept { return finished_; }
  bool is_empty() const noexcept { return pieces_.empty(); }
  std::size_t room() const noexcept {
    return held_ >= held_max_ || finished_ ? 0 : held_max_ - held_;
  }
  /// When take() would give something; max() for not before something changes.
  time_point due(time_point now) const;
  /// Appends what has arrived to `into`; the ending comes once, behind all bytes.
  ending take(std::string& into, time_point now);

 private:
  struct piece {
    time_point due;
    std::string bytes;
    ending how = ending::none;
  };
  struct active {
    toxic_ptr what;
    time_point since;
    time_point busy_until{};
    double bytes = 0;      // Passed since it is active.
    bool counted = false;  // As fired.
  };

  void strike(active& one);
  void add(std::string_view bytes, time_point now);
  std::size_t piece_size(std::size_t left);
  time_point delay(std::size_t bytes, time_point due);
  std::size_t limit(std::size_t bytes);
  void expire(time_point now);
  bool is_blocked() const;

  dice& random_;
  direction way_;
  std::size_t held_max_;
  std::vector<active> toxics_;
  std::deque<piece> pieces_;
  std::size_t held_ = 0;
  time_point last_due_{};
  bool finished_ = false;  // The sender's end is under way or told.
};

}  // namespace troupe::harness
