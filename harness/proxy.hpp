#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/harness/pipe.hpp>
#include <troupe/harness/scenario.hpp>

namespace troupe::harness {

struct proxy_options {
  std::string name = "troupe";
  std::string listen = "127.0.0.1:0";  ///< Nobody else's machine, unless asked for.
  std::string upstream;                ///< "127.0.0.1:3000"
  std::uint64_t seed = 1;
  std::size_t connections_max = 10'000;  ///< Over it: closed on arrival.
  /// A line when the server cannot be reached, not again until it was.
  std::function<void(const std::string&)> log;
};

/// Stands between any clients and any server, and does what its toxics say: those of the network
/// and those of HTTP that fault_description::in_proxy names. Thread: the loop's.
class fault_proxy {
 public:
  /// Nothing listens before enable(). `loop` outlives it.
  fault_proxy(boost::asio::io_context& loop, proxy_options how);
  ~fault_proxy();

  /// Listens. Errors: the system's (address_in_use...).
  boost::system::error_code enable();
  /// Closes the port and resets every connection.
  void disable();
  bool is_enabled() const noexcept { return acceptor_.is_open(); }
  /// Plays the rules of a scenario from now on; `clients` of rules mean nothing here.
  void play(const scenario& what);

  /// Works on all connections, also those to come, until remove(). Its name must be new.
  void add(toxic_ptr what);
  bool remove(std::string_view name);
  void remove_all();
  const std::vector<toxic_ptr>& toxics() const noexcept { return toxics_; }

  const std::string& name() const noexcept { return options_.name; }
  /// With the port that was had.
  std::string listen() const;
  const std::string& upstream() const noexcept { return options_.upstream; }
  void set_upstream(std::string to) { options_.upstream = std::move(to); }
  void set_listen(std::string where) { options_.listen = std::move(where); }

 private:
  class connection;
  class schedule;

  void accept();
  /// A request fault strikes, as likely as its toxic says.
  bool strikes(fault kind);
  bool is_down();
  void on_upstream(boost::system::error_code failure);
  void forget(const connection* which);

  boost::asio::io_context& loop_;
  proxy_options options_;
  dice random_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::string bound_;
  bool was_unreachable_ = false;
  std::vector<toxic_ptr> toxics_;
  std::vector<std::shared_ptr<connection>> connections_;
  std::unique_ptr<schedule> schedule_;
};

/// "HOST:PORT" in its parts; without a host 127.0.0.1, without a port 0.
std::pair<std::string, std::string> host_and_port(std::string_view address);
/// Whether it is "HOST:PORT", with a port from `least` to 65535.
bool is_address(std::string_view address, unsigned least);

}  // namespace troupe::harness
