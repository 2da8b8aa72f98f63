#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include <troupe/protocol/socketio/decoder.hpp>
#include <troupe/protocol/socketio/packet.hpp>

namespace socketio = troupe::protocol::socketio;

namespace {

std::string event_text(std::size_t bytes) {
  return "2[\"chat\",\"" + std::string(bytes, 'x') + "\"]";
}

void parse_event(benchmark::State& state) {
  const std::string text = event_text(static_cast<std::size_t>(state.range(0)));
  const troupe::protocol::limits bounds;
  for (auto _ : state) benchmark::DoNotOptimize(socketio::parse(text, bounds));
}
BENCHMARK(parse_event)->Arg(64)->Arg(1024)->Arg(65'536);

void decode_event(benchmark::State& state) {
  const std::string text = event_text(static_cast<std::size_t>(state.range(0)));
  const troupe::protocol::limits bounds;
  socketio::decoder decoder(bounds);
  for (auto _ : state) benchmark::DoNotOptimize(decoder.text(text, {}));
}
BENCHMARK(decode_event)->Arg(64)->Arg(1024);

void decode_binary_event(benchmark::State& state) {
  const std::string text = "51-[\"chat\",{\"_placeholder\":true,\"num\":0}]";
  const std::string attachment(static_cast<std::size_t>(state.range(0)), 'x');
  const troupe::protocol::limits bounds;
  socketio::decoder decoder(bounds);
  for (auto _ : state) {
    benchmark::DoNotOptimize(decoder.text(text, {}));
    benchmark::DoNotOptimize(decoder.binary(attachment));
  }
}
BENCHMARK(decode_binary_event)->Arg(1024);

void encode_event(benchmark::State& state) {
  const std::string payload =
      '"' + std::string(static_cast<std::size_t>(state.range(0)), 'x') + '"';
  const std::array<std::string_view, 2> arguments{"\"chat\"", payload};
  for (auto _ : state) benchmark::DoNotOptimize(socketio::encode_event("/", arguments));
}
BENCHMARK(encode_event)->Arg(64)->Arg(1024)->Arg(65'536);

void encode_ack(benchmark::State& state) {
  const std::array<std::string_view, 1> arguments{"\"done\""};
  for (auto _ : state) benchmark::DoNotOptimize(socketio::encode_ack("/admin", arguments, 4711));
}
BENCHMARK(encode_ack);

}  // namespace
