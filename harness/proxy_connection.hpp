#pragma once

#include <array>
#include <memory>
#include <string>

#include <troupe/harness/proxy.hpp>

namespace troupe::harness {

/// One connection through the proxy: two sockets, and a pipe each way.
class fault_proxy::connection : public std::enable_shared_from_this<connection> {
 public:
  connection(fault_proxy& home, boost::asio::ip::tcp::socket client);

  /// Connects to the server, then lets bytes pass.
  void start();
  void poison(const toxic_ptr& what);
  void cure(const toxic* what);
  /// Resets both sockets.
  void cut();

 private:
  using tcp = boost::asio::ip::tcp;
  static constexpr std::size_t read_bytes_max = 16 * 1024;

  /// One way.
  struct half {
    half(tcp::socket& source, tcp::socket& sink, dice& random, direction which,
         boost::asio::io_context& loop)
        : from(source), to(sink), between(random, which), wake(loop), way(which) {}
    tcp::socket& from;
    tcp::socket& to;
    pipe between;
    boost::asio::steady_timer wake;
    direction way;
    std::array<char, read_bytes_max> buffer{};
    std::string writing;
    bool is_reading = false, is_writing = false, is_ended = false, has_read_all = false;
  };

  void read(half& which);
  void on_read(half& which, boost::system::error_code error, std::size_t size);
  void pump(half& which);
  void finish(half& which, pipe::ending how);
  void sleep(half& which);
  std::string on_request(std::string bytes);
  void repeat(const std::string& request);
  void end_if_done();

  fault_proxy* home_;
  tcp::socket client_, server_;
  half up_, down_;
  bool is_cut_ = false;
};

}  // namespace troupe::harness
