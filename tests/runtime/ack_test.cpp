#include <tests/catch.hpp>

#include <string>
#include <thread>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::text;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

TEST_CASE("a handler answers an ack by its result or by the ack it takes, once") {
  with_seeds(20, [](std::uint64_t seed) {
    server_bench bench(seed, 2);
    bench.io().on_connection([](troupe::socket& socket) {
      socket.on("sum", [](int a, int b) { return a + b; });
      socket.on("twice", [](troupe::ack reply) {
        reply("first", 1);
        reply("second");
      });
      socket.on("both", [](troupe::ack reply) {
        reply(1);
        return 2;
      });
      socket.on("quiet", [](troupe::ack reply) { CHECK_FALSE(reply); });
    });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    for (const char* packet : {"4212[\"sum\",2,3]", "4213[\"twice\"]", "4214[\"both\"]",
                               "42[\"quiet\"]", "42[\"sum\",1,1]", "4215[\"nobody listens\"]"})
      client.send(packet);
    bench.run();
    CHECK(client.received_as("43") == strings{"12[5]", "13[\"first\",1]", "14[1]"});
  });
}

TEST_CASE("arguments that do not fit are answered with what was expected, and counted") {
  int called = 0;
  server_bench bench(1);
  bench.io().on_connection([&](troupe::socket& socket) {
    socket.on("move", [&](int, const std::string&) { ++called; });
    socket.on("move", [&](int) { ++called; });
  });
  bench_client client(bench, over::websocket);
  client.join();
  client.send("427[\"move\",1,2]");
  client.send("42[\"move\",3.5,\"x\"]");
  bench.run();
  CHECK(client.received_as("43") == strings{"7[{\"error\":\"argument 2: expected string\"}]"});
  CHECK(called == 1);
  CHECK(bench.counted(&counters::arguments_mismatched) == 3);
  CHECK_FALSE(client.is_closed);
  for (const std::string& line : bench.log()) CHECK(line.find("move") == line.npos);
}

TEST_CASE("an ack may be answered later, from another thread, and after its socket") {
  with_seeds(20, [](std::uint64_t seed) {
    std::vector<troupe::ack> kept;
    server_bench bench(seed, 2);
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.on("ask", [&](troupe::ack reply) { kept.push_back(reply); });
    });
    bench_client client(bench, over::websocket);
    client.join();
    client.send("421[\"ask\"]");
    client.send("422[\"ask\"]");
    bench.run();
    REQUIRE(kept.size() == 2);
    std::thread([&] { kept[0]("late"); }).join();
    bench.run();
    CHECK(client.received_as("43") == strings{"1[\"late\"]"});
    if (seed % 2 == 0) client.send("41");
    if (seed % 2 == 1) client.leave();
    bench.run();
    kept[1]("too late");
    kept[1]("too late");
    bench.run();
    CHECK(client.received_as("43").size() == 1);
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("the client's answer reaches the handler once, in whatever order it comes") {
  with_seeds(20, [](std::uint64_t seed) {
    strings answers;
    server_bench bench(seed, 2);
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.emit("first", 1, [&](const troupe::ack_result& got) { answers.push_back(text(got)); });
      socket.emit("second", [&](const troupe::ack_result& got) { answers.push_back(text(got)); });
    });
    bench_client client(bench, seed % 2 == 0 ? over::polling : over::websocket);
    client.join();
    bench.run();
    strings asked = client.received_as("42"), ids;
    for (std::string& packet : asked) {
      ids.push_back(packet.substr(0, packet.find('[')));
      packet.erase(0, ids.back().size());
    }
    REQUIRE(asked == strings{"[\"first\",1]", "[\"second\"]"});
    for (const std::string& answer : strings{ids[1] + "[\"b\"]", ids[0] + "[\"a\",7]",
                                             ids[0] + "[\"again\"]", "99[]", "[\"no id\"]"})
      client.send("43" + answer);
    bench.run();
    CHECK(answers == strings{"\"b\";", "\"a\";7;"});
    bench.advance(2min);
    CHECK(answers.size() == 2);
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("an answer of another shape than a typed handler takes is an error, counted and logged") {
  strings answers;
  server_bench bench(1);
  bench.io().on_connection([&](troupe::socket& socket) {
    for (int i = 0; i < 2; ++i)
      socket.emit("one", [&](const troupe::protocol::result<int>& got) {
        answers.push_back(got ? std::to_string(*got) : got.error().message());
      });
    for (int i = 0; i < 2; ++i)
      socket.emit("two", [&](boost::system::error_code failed, int left, std::string right) {
        answers.push_back(failed ? failed.message() : std::to_string(left) + right);
      });
    socket.timeout(1s).emit("late", [&](boost::system::error_code failed, int) {
      answers.push_back(failed.message());
    });
  });
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  const std::string mismatched = "the answer has another shape than was expected";
  for (const char* packet : {"431[7]", "432[\"x\"]", "433[1,\"b\",2]", "434[1]"})
    client.send(packet);
  bench.run();
  CHECK(answers == strings{"7", mismatched, "1b", mismatched});
  CHECK(bench.counted(&counters::arguments_mismatched) == 2);
  CHECK(bench.log().back() == "answer to an ack: argument 2: expected string");
  bench.advance(1s);
  CHECK(answers.back() == "operation has timed out");
}
