#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace troupe::transport {

/// Tells the sockets of one loop that they are ready: an epoll set that the loop's own reactor
/// watches as one descriptor. The reactor has a system call for every wait, and some 300 bytes; a
/// socket here is registered once, edge triggered, and has 16 bytes. Linux.
///
/// What came is told piece by piece, as handlers of the loop: at most `events_at_once_max`, and
/// about `bytes_at_once_max` and `time_at_once_max`, in each, so that whoever runs the loop keeps
/// its bounds. Who has more to read than it takes stands behind the others in the kernel's queue.
/// While anybody is registered, the loop has work. Thread: the loop's, all of it.
class readiness final : public boost::asio::io_context::service {
 public:
  static boost::asio::io_context::id id;
  static constexpr std::size_t events_at_once_max = 64;
  static constexpr std::size_t bytes_at_once_max = 256 * 1024;
  static constexpr std::chrono::microseconds time_at_once_max{1'000};

  /// The one of `loop`, made when it is first asked for: then it throws system_error without a
  /// descriptor to be had.
  static readiness& of(boost::asio::io_context& loop);
  explicit readiness(boost::asio::io_context& loop);
  ~readiness() override;

  /// Who has a descriptor here. Either call may take it, or others, out, and destroy them.
  class member {
   public:
    /// There may be something to read: bytes, an end or an error, by `events` of epoll.
    virtual void input_came(std::uint32_t events) = 0;
    /// It may be written to, or is broken.
    virtual void output_came() = 0;

   protected:
    ~member() = default;
  };
  /// A member's place; not used again before its events have passed.
  struct ticket {
    std::uint32_t place = 0;
    std::uint32_t generation = 0;
  };

  /// Takes `who` in, who hears what comes at `descriptor`. With `failure` it hears only what it
  /// asks for.
  ticket add(int descriptor, member& who, boost::system::error_code& failure);
  /// Looks at `descriptor` anew: tells of what is there to be read now, though it was told before,
  /// and with `output` as soon as it can be written to. Not within this call.
  void watch(int descriptor, ticket which, bool output);
  /// Takes it out, before `descriptor` is closed; `stays_open`: it goes on elsewhere.
  void remove(int descriptor, ticket which, bool stays_open) noexcept;
  /// Somebody has read so many bytes.
  void count(std::size_t bytes) noexcept { bytes_read_ += bytes; }

 private:
  struct place {
    member* who = nullptr;  // Null: free.
    std::uint32_t generation = 0;
    std::uint32_t next_free = 0;
  };

  void shutdown() override;
  void wait();
  void watch_set();
  void take();
  void tell_some();
  void tell_piece();
  void tell(ticket which, std::uint32_t events);
  member* find(ticket which) const noexcept;

  boost::asio::io_context& loop_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> set_;
  std::vector<place> places_;
  std::uint32_t first_free_ = 0;  // Of places_; behind them all: none.
  std::size_t members_ = 0;
  std::array<epoll_event, 128> came_;
  std::size_t came_count_ = 0;
  std::size_t told_ = 0;       // Of those that came.
  std::deque<ticket> broken_;  // Cannot be watched; told next.
  std::size_t bytes_read_ = 0;
  bool is_waiting_ = false;  // For the set to have something.
  bool is_posted_ = false;   // To tell the rest.
};

}  // namespace troupe::transport
