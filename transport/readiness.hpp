#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace troupe::transport {

/// Tells the sockets of one loop that they are ready: an epoll set that the loop's own reactor
/// watches as one descriptor. The reactor has a system call for every wait, and some 300 bytes; a
/// socket here is registered once, edge triggered, and has 16 bytes. Linux.
///
/// What came is told piece by piece, as handlers of the loop: at most `events_at_once_max` and
/// about `bytes_at_once_max` in each, so that whoever runs the loop keeps its bounds. Thread: the
/// loop's, all of it.
class readiness final : public boost::asio::io_context::service {
 public:
  static boost::asio::io_context::id id;
  static constexpr std::size_t events_at_once_max = 64;
  static constexpr std::size_t bytes_at_once_max = 256 * 1024;

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
  /// Tells `output_came` as soon as `descriptor` can be written to, not within this call.
  void watch_output(int descriptor, ticket which);
  /// Tells it of `events` soon, not within this call.
  void again(ticket which, std::uint32_t events);
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
  void tell(const epoll_event& what);
  member* find(std::uint64_t packed) const noexcept;

  boost::asio::io_context& loop_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> set_;
  std::vector<place> places_;
  std::uint32_t first_free_ = 0;  // Of places_; behind them all: none.
  std::size_t members_ = 0;
  std::array<epoll_event, 128> came_;
  std::size_t came_count_ = 0;
  std::size_t told_ = 0;  // Of those that came.
  std::deque<epoll_event> again_;
  std::size_t bytes_read_ = 0;
  bool is_waiting_ = false;  // For the set to have something.
  bool is_posted_ = false;   // To tell the rest.
};

}  // namespace troupe::transport
