#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include <troupe/harness/command/commands.hpp>
#include <troupe/harness/proxy_api.hpp>

namespace troupe::harness {

namespace {

struct proxy_settings {
  proxy_options proxy;
  std::string scenario_file;
  std::string api;
};

std::string local(const std::string& address) {
  return address.find(':') == address.npos ? "127.0.0.1:" + address : address;
}

int serve(const proxy_settings& how) {
  boost::asio::io_context loop{1};
  proxy_api api(loop, how.proxy.seed);
  if (!how.proxy.upstream.empty()) {
    proxy_options wanted = how.proxy;
    wanted.listen = local(wanted.listen);
    wanted.upstream = local(wanted.upstream);
    auto made = std::make_unique<fault_proxy>(loop, wanted);
    if (const auto failure = made->enable())
      throw std::runtime_error(wanted.listen + ": " + failure.message());
    if (!how.scenario_file.empty()) made->play(scenario_from_file(how.scenario_file));
    std::printf("proxy on http://%s to %s\n", made->listen().c_str(), wanted.upstream.c_str());
    api.add(std::move(made));
  } else if (how.api.empty()) {
    throw std::runtime_error("nothing to do: neither --upstream nor --api");
  }
  if (!how.api.empty()) {
    if (const auto failure = api.serve(local(how.api)))
      throw std::runtime_error(how.api + ": " + failure.message());
    std::printf("api on http://%s:%u\n", host_and_port(local(how.api)).first.c_str(), api.port());
  }
  std::fflush(stdout);
  boost::asio::signal_set ending(loop, SIGINT, SIGTERM);
  ending.async_wait([&loop](boost::system::error_code, int) { loop.stop(); });
  loop.run();
  return 0;
}

}  // namespace

command add_proxy(CLI::App& to) {
  const auto settings = std::make_shared<proxy_settings>();
  to.add_option("--listen", settings->proxy.listen,
                "[HOST:]PORT for the clients; 127.0.0.1 unless said, 0: any free one");
  to.add_option("--upstream", settings->proxy.upstream, "[HOST:]PORT of the server");
  to.add_option("--scenario", settings->scenario_file, "a JSON file: its faults, from now on");
  to.add_option("--seed", settings->proxy.seed, "of what is drawn");
  to.add_option("--api", settings->api,
                "[HOST:]PORT for Toxiproxy's API (8474 is its own); none unless asked for");
  return [settings] { return serve(*settings); };
}

}  // namespace troupe::harness
