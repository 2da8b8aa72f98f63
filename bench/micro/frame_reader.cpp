#include <troupe/transport/frame_reader.hpp>

#include <benchmark/benchmark.h>

#include <string>

#include <troupe/harness/client_frames.hpp>

namespace frames = troupe::harness::frames;
using troupe::transport::frame_reader;

namespace {

constexpr std::size_t message_bytes_max = 1'000'000;
constexpr std::size_t fragments_max = 16'384;

/// Many frames in one read, as under load. Reading unmasks in place, so each round takes a copy.
void read_frames(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const std::size_t count = 16;
  std::string sent;
  for (std::size_t i = 0; i < count; ++i)
    sent += frames::client_frame(frames::text, std::string(size, 'x'));
  std::string received;
  frame_reader reader(message_bytes_max, fragments_max);
  for (auto _ : state) {
    received = sent;
    std::span<char> bytes(received);
    while (!bytes.empty()) benchmark::DoNotOptimize(reader.next(bytes));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count) * state.iterations());
}
BENCHMARK(read_frames)->Arg(16)->Arg(64)->Arg(1024);

/// A message that arrives in two reads and must be held between.
void read_torn_frame(benchmark::State& state) {
  const std::string sent = frames::client_frame(
      frames::text, std::string(static_cast<std::size_t>(state.range(0)), 'x'));
  std::string received;
  frame_reader reader(message_bytes_max, fragments_max);
  for (auto _ : state) {
    received = sent;
    std::span<char> first(received.data(), received.size() / 2);
    std::span<char> second(received.data() + received.size() / 2, received.size() - first.size());
    while (!first.empty()) benchmark::DoNotOptimize(reader.next(first));
    while (!second.empty()) benchmark::DoNotOptimize(reader.next(second));
  }
}
BENCHMARK(read_torn_frame)->Arg(64)->Arg(65'536);

}  // namespace
