#include <tests/catch.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/counters.hpp>
#include <troupe/protocol/socketio/encoder.hpp>
#include <troupe/protocol/socketio/parser.hpp>

using namespace std::chrono_literals;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
namespace protocol = troupe::protocol;

namespace {

class json_decoder final : public troupe::packet_decoder {
 public:
  explicit json_decoder(const protocol::limits& bounds) : json_(bounds) {}
  protocol::result<protocol::socketio::packet_ptr> decode(std::string message, bool binary,
                                                          time_point now) override {
    return binary ? json_.binary(std::move(message)) : json_.text(std::move(message), now);
  }

 private:
  protocol::socketio::decoder json_;
};

/// JSON, but for what has "poison" in it: that throws, or gives nothing.
class squeamish_parser final : public troupe::parser {
 public:
  explicit squeamish_parser(bool throws) : throws_(throws) {}
  std::unique_ptr<troupe::packet_decoder> make_decoder(
      const protocol::limits& bounds) const override {
    return std::make_unique<json_decoder>(bounds);
  }
  protocol::frame_ptr encode(const troupe::outgoing_packet& packet) const override {
    for (const std::string_view one : packet.arguments)
      if (one.find("poison") != one.npos) {
        if (throws_) throw std::runtime_error("not this");
        return nullptr;
      }
    using type = protocol::socketio::packet_type;
    std::string text = "4";
    text += static_cast<char>(packet.type);
    if (packet.nsp != "/") text.append(packet.nsp) += ',';
    if (packet.id) text += std::to_string(*packet.id);
    text += packet.payload;
    if (packet.type == type::event || packet.type == type::ack) {
      text += '[';
      for (const std::string_view one : packet.arguments)
        (text.back() == '[' ? text : text += ',') += one;
      text += ']';
    }
    return std::make_shared<protocol::frame>(text);
  }

 private:
  const bool throws_;
};

troupe::options with_parser(bool throws) {
  troupe::options user;
  user.parser = std::make_shared<squeamish_parser>(throws);
  return user;
}

}  // namespace

TEST_CASE("a broadcast that cannot be encoded is dropped, and nothing else") {
  with_seeds(60, [](std::uint64_t seed) {
    troupe::options user = with_parser(seed % 2 == 0);
    if (seed % 4 < 2) user.connection_state_recovery.emplace();
    user.events_in_flight_max = 3;
    server_bench bench(seed, 1 + seed % 3, user);
    const troupe::nsp io = bench.io();
    io.on_connection([io](troupe::socket& socket) {
      socket.on("chat", [io](const troupe::value& said) { io.emit("chat", said); });
    });
    const caf::actor broadcaster = bench.broadcaster();
    bench_client a(bench, over::websocket), b(bench, over::polling);
    a.join();
    b.join();
    bench.run();
    for (int i = 0; i < 10; ++i) a.send("42[\"chat\",\"poison\"]");
    a.send("42[\"chat\",\"well\"]");
    bench.run();
    CHECK(bench.broadcaster() == broadcaster);
    CHECK(bench.counted(&counters::handlers_thrown) == 10);
    for (const bench_client* one : {&a, &b}) {
      CHECK_FALSE(one->is_closed);
      CHECK(one->received_as("42[\"chat\",\"well\"").size() == 1);
      CHECK(one->received_as("42[\"chat\"").size() == 1);
    }
    CHECK_FALSE(bench.is_stopped());
  });
}

TEST_CASE("who waits for the acks of a broadcast that cannot be encoded is told") {
  with_seeds(20, [](std::uint64_t seed) {
    server_bench bench(seed, 1 + seed % 3, with_parser(true));
    bench_client client(bench, over::websocket);
    client.join();
    bench.run();
    int told = 0;
    bench.io().emit("poison", [&](const troupe::broadcast_ack_result& result) {
      CHECK(result.error == troupe::ack_errc::disconnected);
      CHECK(result.responses.empty());
      ++told;
    });
    bench.run();
    CHECK(told == 1);
  });
}

TEST_CASE("an answer that cannot be encoded ends its socket, and nothing else") {
  with_seeds(20, [](std::uint64_t seed) {
    server_bench bench(seed, 1 + seed % 3, with_parser(true));
    troupe::ack later;
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.on("ask", [&](const troupe::ack& reply) { later = reply; });
    });
    bench.of("/calm");
    bench_client client(bench, over::websocket);
    client.join();
    client.join("/calm");
    client.send("427[\"ask\"]");
    bench.run();
    later("poison");
    bench.run();
    CHECK_FALSE(client.is_closed);
    CHECK(client.count("41") == 1);
    CHECK(bench.subscribers("/") == 0);
    CHECK(bench.subscribers("/calm") == 1);
    CHECK(bench.counted(&counters::handlers_thrown) == 1);
  });
}
