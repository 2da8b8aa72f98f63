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
  bool serves_browsers = false;
};

/// `text` with the address that stands for none. Throws for what has no port of at least `least`.
std::string address_in(const char* option, const std::string& text, unsigned least) {
  const std::string made = text.find(':') == text.npos ? "127.0.0.1:" + text : text;
  if (!is_address(made, least))
    throw std::runtime_error(std::string(option) + ": expected [HOST:]PORT: " + text);
  return made;
}

void play(fault_proxy& between, const scenario& what) {
  for (const fault_rule& rule : what.rules) {
    const std::string name(describe(rule.kind).name);
    if (!describe(rule.kind).in_proxy)
      std::fprintf(stderr, "troupe-fault: left out, no fault of a proxy: %s\n", name.c_str());
    else if (!rule.clients.empty())
      std::fprintf(stderr, "troupe-fault: works on every connection, not some: %s\n", name.c_str());
  }
  between.play(what);
}

int serve(const proxy_settings& how) {
  boost::asio::io_context loop{1};
  proxy_api api(loop, how.proxy.seed, how.serves_browsers);
  if (!how.proxy.upstream.empty()) {
    proxy_options wanted = how.proxy;
    wanted.listen = address_in("--listen", wanted.listen, 0);
    wanted.upstream = address_in("--upstream", wanted.upstream, 1);
    wanted.log = [](const std::string& line) {
      std::fprintf(stderr, "troupe-fault: %s\n", line.c_str());
    };
    auto made = std::make_unique<fault_proxy>(loop, wanted);
    if (const auto failure = made->enable())
      throw std::runtime_error(wanted.listen + ": " + failure.message());
    if (!how.scenario_file.empty()) play(*made, scenario_from_file(how.scenario_file));
    std::printf("proxy on http://%s to %s\n", made->listen().c_str(), wanted.upstream.c_str());
    api.add(std::move(made));
  } else if (how.api.empty()) {
    throw std::runtime_error("nothing to do: neither --upstream nor --api");
  }
  if (!how.api.empty()) {
    const std::string where = address_in("--api", how.api, 0);
    if (const auto failure = api.serve(where))
      throw std::runtime_error(where + ": " + failure.message());
    std::printf("api on http://%s:%u\n", host_and_port(where).first.c_str(), api.port());
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
  to.add_flag("--api-for-browsers", settings->serves_browsers,
              "serve the API to web pages too: any that you visit can then use it");
  return [settings] { return serve(*settings); };
}

}  // namespace troupe::harness
