#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <vector>

#include <troupe/harness/client_network.hpp>

namespace troupe::harness {

/// Real sockets for clients that know no I/O: connections go to one address for each client, for
/// the proxy that has its faults stands there. Thread: the loop's.
class socket_network final : public client_network {
 public:
  /// `addresses` ("HOST:PORT"), by the client's number.
  socket_network(boost::asio::io_context& loop, std::vector<std::string> addresses)
      : loop_(loop), addresses_(std::move(addresses)) {}

  connection_ptr connect(unsigned client) override;
  time_point now() const override { return std::chrono::steady_clock::now(); }

 private:
  class connection;
  boost::asio::io_context& loop_;
  std::vector<std::string> addresses_;
};

}  // namespace troupe::harness
