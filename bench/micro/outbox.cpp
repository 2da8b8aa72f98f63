#include <troupe/transport/outbox.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <string>

#include <troupe/harness/memory_stream.hpp>
#include <troupe/protocol/frame.hpp>
#include <troupe/runtime/write_batch.hpp>

using troupe::transport::outbox;

namespace {

struct written_out {
  std::shared_ptr<troupe::harness::wire> wire = std::make_shared<troupe::harness::wire>();
  troupe::harness::memory_stream stream{wire};
  troupe::transport::outbox_limits bounds;
  outbox queue{bounds};
};

/// The usual path: what there is to write is taken whole.
void write_through(benchmark::State& state) {
  written_out to;
  const auto bytes = std::make_shared<const std::string>(70, 'x');
  const std::array<boost::asio::const_buffer, 1> pieces{boost::asio::buffer(*bytes)};
  const std::array<std::shared_ptr<const void>, 1> owners{bytes};
  for (auto _ : state) {
    benchmark::DoNotOptimize(to.queue.write(to.stream, pieces, owners));
    to.wire->written.clear();
  }
}
BENCHMARK(write_through);

/// The peer does not read: frames are kept by reference, then written when there is room.
void queue_and_flush(benchmark::State& state) {
  written_out to;
  const auto bytes = std::make_shared<const std::string>(70, 'x');
  const std::array<boost::asio::const_buffer, 1> pieces{boost::asio::buffer(*bytes)};
  const std::array<std::shared_ptr<const void>, 1> owners{bytes};
  const auto count = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    to.wire->write_room = 0;
    for (std::size_t i = 0; i < count; ++i) to.queue.write(to.stream, pieces, owners);
    to.wire->write_room = to.wire->unbounded;
    while (to.queue.flush(to.stream) == outbox::verdict::queued) {
    }
    to.wire->written.clear();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count) * state.iterations());
}
BENCHMARK(queue_and_flush)->Arg(16)->Arg(1024);

/// What a broadcast costs a session before it is written: a step in the tree of queues.
void append_to_batch(benchmark::State& state) {
  const auto sessions = static_cast<std::size_t>(state.range(0));
  std::array<troupe::protocol::frame_ptr, 16> sent;
  for (auto& one : sent)
    one = std::make_shared<const troupe::protocol::frame>("42[\"chat\",\"" + std::string(64, 'x') +
                                                          "\"]");
  troupe::runtime::write_batch batch;
  std::vector<troupe::runtime::write_batch::node_index> queues(sessions, batch.root);
  for (auto _ : state) {
    for (const auto& one : sent)
      for (auto& queue : queues) queue = batch.append(queue, one);
    auto run = batch.run(queues.front());
    benchmark::DoNotOptimize(run);
    for (auto& queue : queues) {
      batch.leave(queue);
      queue = batch.root;
    }
    batch.clear();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sessions * sent.size()) * state.iterations());
}
BENCHMARK(append_to_batch)->Arg(1000);

}  // namespace
