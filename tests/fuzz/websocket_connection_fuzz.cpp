// Whatever the bytes: no fault, the end always told, and the same messages however reads and writes
// are cut and though the host pauses. The first two bytes say how they are, the third who closes.
#include <chrono>
#include <tests/fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tests/transport/memory_stream.hpp>
#include <troupe/transport/websocket_connection.hpp>

namespace {

using namespace troupe::transport;
using troupe::fuzz::require;

struct conversation final : websocket_connection::host {
  websocket_options options;
  std::shared_ptr<testing::wire> peer = std::make_shared<testing::wire>();
  std::vector<char> scratch = std::vector<char>(256);
  time_point clock{std::chrono::hours(1)};
  std::vector<std::string> messages;
  std::size_t close_after;
  bool pauses;
  bool is_closed = false;
  std::unique_ptr<websocket_connection> connection;

  conversation(std::string bytes, std::size_t read_step, std::size_t write_step,
               std::size_t messages_max, bool with_pauses)
      : close_after(messages_max), pauses(with_pauses) {
    options.message_bytes_max = 3000;
    options.fragments_max = 20;
    peer->read_bytes_max = read_step;
    peer->write_bytes_max = write_step;
    peer->incoming = std::move(bytes);
    connection = std::make_unique<websocket_connection>(
        std::make_unique<testing::memory_stream>(peer), options, scratch, *this);
    connection->start();
    for (std::size_t held = 0; held <= messages.size() && !is_closed; ++held) {
      require(peer->run(), "the connection comes to rest");
      if (connection && pauses) connection->resume_reading();
    }
    require(peer->run(), "the connection comes to rest");
    peer->incoming_end = true;
    require(peer->run(), "the connection comes to rest");
    clock += std::chrono::hours(1);
    if (!is_closed) connection->advance(clock);
    require(is_closed, "the end is told");
  }

  time_point now() const override { return clock; }
  void on_refused(std::uint16_t code) override {
    require(code >= 1002 && code <= 1009, "a rule was broken");
  }
  void on_message(std::string_view data, bool binary) override {
    require(data.size() <= options.message_bytes_max, "a message is within its bound");
    messages.push_back((binary ? "b" : "t") + std::string(data));
    connection->write_text(data);
    if (pauses) connection->pause_reading();
    if (messages.size() == close_after) connection->close(1000);
  }
  void on_closed(bool) override {
    is_closed = true;
    connection.reset();
  }
  void on_drained() override {}
  void on_deadline_changed() override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::string bytes(data + 3, data + size);
  const conversation whole(bytes, 256, testing::wire::unbounded, data[2], false);
  const conversation parts(bytes, 1 + data[0] % 64, 1 + data[1] % 64, data[2], (data[0] & 64) != 0);
  require(whole.messages == parts.messages, "cuts change nothing");
  return 0;
}
