#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/harness/proxy.hpp>

namespace troupe::harness {

/// Proxies and their toxics over HTTP, as Toxiproxy's own API has it, so that its client libraries
/// work: /version, /proxies, /proxies/NAME, /proxies/NAME/toxics, /proxies/NAME/toxics/TOXIC,
/// /reset, /populate. Whoever reaches it can have it listen and connect anywhere: it listens only
/// if asked for, and where it is told. Thread: the loop's.
class proxy_api {
 public:
  static constexpr std::size_t proxies_max = 1000;  ///< Over it: 400.
  static constexpr std::size_t toxics_max = 1000;   ///< Of one proxy; over it: 400.
  static constexpr std::size_t body_bytes_max = 1'000'000;

  /// What a request is answered with.
  struct answer {
    unsigned status = 200;
    std::string body;  ///< JSON; empty for 204.
  };

  /// Requests of web pages are refused (403) unless `serves_browsers`: as Toxiproxy does, those
  /// with a browser's User-Agent; also those with an Origin, and for a Host that is a name of
  /// somebody's (DNS rebinding).
  proxy_api(boost::asio::io_context& loop, std::uint64_t seed, bool serves_browsers = false)
      : loop_(loop), seed_(seed), serves_browsers_(serves_browsers) {}

  /// Adds one that is enabled already, or not.
  void add(std::unique_ptr<fault_proxy> proxy) { proxies_.push_back(std::move(proxy)); }
  /// Serves on "HOST:PORT". Errors: the system's.
  boost::system::error_code serve(const std::string& where);
  std::uint16_t port() const noexcept { return port_; }

  /// What tells a browser's request from a program's.
  struct sender {
    std::string_view user_agent, host;
    bool has_origin = false;
  };
  /// The refusal that `who` gets; none if it may ask.
  std::optional<answer> refusal(const sender& who) const;
  /// One request, without the network.
  answer handle(std::string_view method, std::string_view path, std::string_view body);

 private:
  class connection;
  void accept();
  answer route(std::string_view method, std::string_view path, std::string_view body);
  answer create(std::string_view body);
  answer populate(std::string_view body);
  answer reset();
  answer on_proxy(fault_proxy& which, std::string_view method, std::string_view body);
  answer on_toxics(fault_proxy& which, std::string_view method, std::string_view body);
  answer on_toxic(fault_proxy& which, const std::string& name, std::string_view method,
                  std::string_view body);
  answer change(fault_proxy& which, std::string_view body);
  fault_proxy* find(std::string_view name);

  boost::asio::io_context& loop_;
  std::uint64_t seed_;
  bool serves_browsers_;
  std::uint16_t port_ = 0;
  std::unique_ptr<boost::asio::ip::tcp::acceptor> acceptor_;
  std::vector<std::unique_ptr<fault_proxy>> proxies_;
};

}  // namespace troupe::harness
