#include <tests/catch.hpp>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <tests/seeds.hpp>
#include <troupe/actors/counters.hpp>
#include <troupe/actors/remote_socket.hpp>

using namespace std::chrono_literals;
using troupe::actors::counters;
using troupe::testing::bench_client;
using troupe::testing::server_bench;
using troupe::testing::text;
using troupe::testing::with_seeds;
using over = bench_client::over;
using strings = std::vector<std::string>;

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

TEST_CASE("an answer that a future is for comes when the client that asked has gone") {
  with_seeds(20, [](std::uint64_t seed) {
    server_bench bench(seed, static_cast<unsigned>(1 + seed % 3));
    std::vector<troupe::remote_socket> found;
    std::future<troupe::ack_result> answer;
    bench.io().on_connection([&](troupe::socket& socket) {
      socket.on("ask", [&] { answer = found.at(0).emit_with_ack("name?"); });
    });
    bench_client asked(bench, over::websocket), asks(bench, over::websocket);
    asked.join();
    bench.run();
    bench.io().fetch_sockets([&](std::vector<troupe::remote_socket> all) { found = all; });
    asks.join();
    bench.run();
    REQUIRE(found.at(0).id() == asked.id_in());
    asks.send("42[\"ask\"]");
    bench.run();
    asks.leave();
    bench.run();
    const strings questions = asked.received_as("42");
    REQUIRE(questions.size() == 1);
    asked.send("43" + questions[0].substr(0, questions[0].find('[')) + "[\"Ada\"]");
    bench.run();
    REQUIRE(answer.valid());
    REQUIRE(answer.wait_for(0s) == std::future_status::ready);
    CHECK(text(answer.get()) == "\"Ada\";");
  });
}
