#pragma once

#include <tests/catch.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tests/transport/client_frames.hpp>
#include <tests/transport/memory_stream.hpp>
#include <troupe/transport/websocket_connection.hpp>

namespace troupe::transport::testing {

/// A connection over memory, the host it calls, and a clock of its own.
struct websocket_fixture final : websocket_connection::host {
  websocket_options options;
  std::shared_ptr<wire> peer = std::make_shared<wire>();
  std::vector<char> scratch = std::vector<char>(4096);
  time_point clock{std::chrono::hours(1)};
  std::vector<std::string> messages;
  std::vector<std::uint16_t> refused;
  std::function<void(std::string_view)> on_text = [](std::string_view) {};
  int drained = 0, closed = 0;
  bool closed_with_error = false;
  std::unique_ptr<websocket_connection> connection;

  explicit websocket_fixture(std::string unread = {}, websocket_options bounds = {})
      : options(bounds) {
    connection = std::make_unique<websocket_connection>(std::make_unique<memory_stream>(peer),
                                                        options, scratch, *this, std::move(unread));
  }

  time_point now() const override { return clock; }
  void on_message(std::string_view data, bool is_binary) override {
    messages.push_back((is_binary ? "b:" : "t:") + std::string(data));
    on_text(data);
  }
  void on_refused(std::uint16_t code) override { refused.push_back(code); }
  void on_closed(bool error) override {
    ++closed;
    closed_with_error = error;
    connection.reset();
  }
  void on_drained() override { ++drained; }
  void on_deadline_changed() override {}

  void start() {
    connection->start();
    run();
  }
  void run() { REQUIRE(peer->run()); }
  void receive(std::string_view bytes) {
    peer->incoming += bytes;
    run();
  }
  // What the host's timer would do.
  void advance(std::chrono::milliseconds by = {}) {
    clock += by;
    if (connection && connection->deadline() <= clock) connection->advance(clock);
    run();
  }
  outbox::verdict write(std::string_view bytes) {
    const boost::asio::const_buffer piece{bytes.data(), bytes.size()};
    return connection->write({&piece, 1}, {});
  }
};

}  // namespace troupe::transport::testing
