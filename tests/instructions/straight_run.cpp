#include <tests/instructions/straight_run.hpp>

#include <valgrind/callgrind.h>

#include <troupe/harness/client_frames.hpp>
#include <troupe/runtime/shard.hpp>

namespace troupe::testing {

namespace frames = harness::frames;

void straight_run::connect(std::size_t count) {
  world_.run();  // Until it listens.
  for (std::size_t i = 0; i < count; ++i) {
    clients_.push_back(world_.open_connection());
    clients_.back()->incoming =
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }
  world_.run();
  for (std::size_t i = 0; i < count; ++i) arrive(i, text_frame("40"));
  world_.run();
  for (const auto& one : clients_) one->written.clear();
}

std::string straight_run::text_frame(std::string_view packet) {
  return frames::client_frame(frames::text, packet);
}

std::size_t straight_run::turn() {
  for (const auto& one : clients_) {
    if (one->observer == nullptr || !one->is_read_armed || !one->is_readable()) continue;
    one->is_read_armed = false;
    one->observer->on_readable();
  }
  while (world_.unit(0).ready_count() != 0) world_.unit(0).run_one(0);
  runtime::shard& only = world_.shard(0);
  only.tick();
  only.expire();
  only.flush();
  only.sweep();
  std::size_t written = 0;
  for (const auto& one : clients_) {
    written += one->written.size();
    one->written.clear();
  }
  return written;
}

counted_stretch::counted_stretch(std::string_view name, std::size_t units)
    : name_(std::string(name) + " " + std::to_string(units)) {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_TOGGLE_COLLECT;
}

counted_stretch::~counted_stretch() {
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(name_.c_str());
  CALLGRIND_STOP_INSTRUMENTATION;
}

}  // namespace troupe::testing
