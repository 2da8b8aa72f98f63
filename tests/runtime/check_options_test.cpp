#include <tests/catch.hpp>

#include <functional>
#include <stdexcept>
#include <string>

#include <troupe/runtime/check_options.hpp>
#include <troupe/runtime/server.hpp>

using namespace std::chrono_literals;
using troupe::options;

namespace {

/// What refuses the options that `change` makes of the default ones; empty if nothing does.
std::string refusal(const std::function<void(options&)>& change) {
  options user;
  user.per_message_deflate.emplace();
  user.connection_state_recovery.emplace();
  change(user);
  try {
    troupe::runtime::check(user);
    return {};
  } catch (const std::invalid_argument& thrown) {
    return thrown.what();
  }
}

}  // namespace

TEST_CASE("options that a server cannot run with are refused by name") {
  CHECK(refusal([](options&) {}).empty());
  CHECK(refusal([](options& o) { o.namespaces_max = 0; }) ==
        "option namespaces_max must be at least 1");
  CHECK(refusal([](options& o) { o.operations_under_way_max = 3; }) ==
        "option operations_under_way_max must be at least 4");
  CHECK(refusal([](options& o) { o.ping_interval = 0ms; }) ==
        "option ping_interval must be at least 1 ms");
  CHECK(refusal([](options& o) { o.close_timeout = std::chrono::milliseconds::max(); }) ==
        "option close_timeout must be at most ten years");
  CHECK(refusal([](options& o) { o.per_message_deflate->level = 10; }) ==
        "option per_message_deflate.level must be from 1 to 9");
  const auto names = [](const std::string& name, const std::function<void(options&)>& change) {
    CHECK(refusal(change).find(name) != std::string::npos);
  };
  names("memory_level", [](options& o) { o.per_message_deflate->memory_level = 0; });
  names("window_bits", [](options& o) { o.per_message_deflate->server_max_window_bits = 8; });
  names("http_compression", [](options& o) { o.http_compression->level = 0; });
  names("events_in_flight_max", [](options& o) { o.events_in_flight_max = 0; });
  names("bytes_in_flight_max", [](options& o) { o.bytes_in_flight_max = 0; });
  names("namespaces_per_client_max", [](options& o) { o.namespaces_per_client_max = 0; });
  names("outbox_packets_max", [](options& o) { o.outbox_packets_max = 0; });
  names("connect_timeout", [](options& o) { o.connect_timeout = -1ms; });
  names("max_disconnection_duration",
        [](options& o) { o.connection_state_recovery->max_disconnection_duration = 0ms; });
}

TEST_CASE("a server is not made of options that it cannot run with") {
  options user;
  user.listens = false;
  user.threads = 1;
  user.namespaces_max = 0;
  CHECK_THROWS_AS(troupe::server(user), std::invalid_argument);
}
