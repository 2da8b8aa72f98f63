#include <tests/catch.hpp>

#include <string>
#include <thread>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/counters.hpp>

using namespace std::chrono_literals;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;
using troupe::actors::counters;

namespace {

std::string text(const troupe::ack_result& answer) {
  if (!answer) return answer.error().message();
  std::string all;
  for (const troupe::value& one : *answer) all += std::string(one.json()) + ";";
  return all;
}

}  // namespace

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

TEST_CASE("an ack that does not come times out, each at its own time") {
  strings answers;
  const auto note = [&](const troupe::ack_result& got) { answers.push_back(text(got)); };
  server_bench bench(1);
  bench.io().on_connection([&](troupe::socket& socket) {
    socket.emit("default", note);
    socket.timeout(5s).emit("short", note);
    socket.timeout(7s).emit("again", [&](const troupe::ack_result& got) {
      note(got);
      socket.timeout(1s).emit("third", note);
    });
  });
  bench_client client(bench, over::websocket);
  client.join();
  bench.advance(4999ms);
  CHECK(answers.empty());
  bench.advance(1ms);
  CHECK(answers == strings{"operation has timed out"});
  bench.advance(2s);
  CHECK(answers.size() == 2);
  bench.advance(1s);
  CHECK(answers.size() == 3);
  bench.advance(52s);
  CHECK(answers == strings(4, "operation has timed out"));
  CHECK(bench.counted(&counters::acks_timed_out) == 4);
  client.send("431[\"late\"]");
  bench.run();
  CHECK(answers.size() == 4);
}

TEST_CASE("a socket that ends answers its acks, and takes no more") {
  with_seeds(20, [](std::uint64_t seed) {
    strings answers;
    const auto note = [&](const troupe::ack_result& got) { answers.push_back(text(got)); };
    server_bench bench(seed, 2);
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.emit("a", note);
      socket.on_disconnect([&](troupe::disconnect_reason) {
        answers.push_back("ended");
        socket.emit("b", note);
      });
    });
    bench_client client(bench, over::websocket);
    client.join();
    bench.run();
    if (seed % 2 == 0) client.send("41");
    if (seed % 2 == 1) client.vanish();
    bench.run();
    const std::string gone = "socket has been disconnected";
    CHECK(answers == strings{gone, "ended", gone});
    client.leave();
    bench.run();
    bench.check_nothing_left();
  });
}

TEST_CASE("a socket waits for a bounded number of acks") {
  troupe::options user;
  user.acks_max = 3;
  strings answers;
  server_bench bench(1, 1, user);
  bench.io().on_connection([&](troupe::socket& socket) {
    for (int i = 0; i < 5; ++i)
      socket.emit("a", [&](const troupe::ack_result& got) { answers.push_back(text(got)); });
  });
  bench_client client(bench, over::websocket);
  client.join();
  bench.run();
  CHECK(answers == strings(2, "too many acks are waiting"));
  CHECK(client.received_as("42").size() == 5);
  client.send("434[]");
  client.send("431[]");
  bench.run();
  CHECK(answers.size() == 3);
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

TEST_CASE("an answer that comes late, on the client's next connection, answers nothing else") {
  with_seeds(40, [](std::uint64_t seed) {
    strings answers;
    server_bench bench(seed, 1 + seed % 3);
    for (const char* name : {"/", "/b"})
      bench.of(name).on_connection([&](troupe::socket& socket) {
        for (int i = 0; i < 3; ++i)
          socket.emit("ask", [&](const troupe::ack_result& got) { answers.push_back(text(got)); });
      });
    const char* const there = seed % 2 == 0 ? "/" : "/b";
    const std::string prefix = seed % 2 == 0 ? "" : "/b,";
    strings asked;
    for (int connection = 0; connection < 4; ++connection) {
      bench_client client(bench, connection % 2 == 0 ? over::polling : over::websocket);
      client.join(there);
      bench.run();
      answers.clear();
      for (const std::string& id : asked) client.send("43" + prefix + id + "[\"late\"]");
      bench.run();
      CHECK(answers.empty());
      for (const std::string& packet : client.received_as("42" + prefix))
        asked.push_back(packet.substr(0, packet.find('[')));
      CHECK(asked.size() == 3 * (connection + 1u));
      client.send("43" + prefix + asked.back() + "[1]");
      bench.run();
      CHECK(answers == strings{"1;"});
      client.leave();
      bench.run();
    }
  });
}

TEST_CASE("acks that time out together are all told, also if one's handler ends the socket") {
  with_seeds(20, [](std::uint64_t seed) {
    strings answers;
    server_bench bench(seed);
    bench.io().on_connection([&](troupe::socket& socket) {
      for (const char* name : {"a", "b", "c"})
        socket.timeout(1s).emit(name, [&](const troupe::ack_result& got) {
          answers.push_back(text(got));
          if (seed % 2 == 0) throw 1;
          socket.disconnect();
        });
      socket.on_disconnect([&](troupe::disconnect_reason) { answers.push_back("ended"); });
    });
    bench_client client(bench, over::websocket);
    client.join();
    bench.advance(1s);
    const std::string gone = "socket has been disconnected";
    CHECK(answers == strings{"operation has timed out", gone, gone, "ended"});
    CHECK(bench.counted(&counters::acks_timed_out) == 1);
  });
}

TEST_CASE("an ack may be waited for without end") {
  strings answers;
  server_bench bench(1);
  constexpr auto for_ever = std::chrono::milliseconds::max();
  bench.io().on_connection([&](troupe::socket& socket) {
    socket.timeout(for_ever).emit(
        "a", [&](const troupe::ack_result& got) { answers.push_back(text(got)); });
    socket.on("all", [&] {
      bench.io().timeout(for_ever).emit("b", [&](const troupe::broadcast_ack_result& got) {
        answers.push_back(std::to_string(got.responses.size()));
      });
    });
  });
  bench_client client(bench, over::websocket);
  client.join();
  client.send("42[\"all\"]");
  bench.advance(10min);
  CHECK(answers.empty());
  for (const std::string& packet : client.received_as("42"))
    client.send("43" + packet.substr(0, packet.find('[')) + "[2]");
  bench.run();
  CHECK(answers == strings{"2;", "1"});
}
