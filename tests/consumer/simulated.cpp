// A test of somebody else's, with the harness that was installed: their handlers and clients, one
// seed twice.

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>

#include <troupe/harness/report.hpp>
#include <troupe/harness/run.hpp>
#include <troupe/server.hpp>

using namespace troupe::harness;

namespace {

class asker final : public behaviour {
 public:
  asker(socketio_client& who, std::size_t& answers) : behaviour(who) {
    client_.on_connect = [this, &answers](std::string_view nsp) {
      client_.emit_values(nsp, "double", {troupe::value(21)},
                          [&answers](const troupe::arguments& answer) {
                            answers += answer.size() == 1 && answer[0].as_int() == 42 ? 1 : 0;
                          });
    };
    client_.join("/");
    client_.connect();
  }
};

class doubling final : public application {
 public:
  explicit doubling(std::size_t& answers) : answers_(answers) {}
  void serve(troupe::server& io) override {
    io.on_connection([](troupe::socket& socket) {
      socket.on("double", [](int number, const troupe::ack& reply) { reply(2 * number); });
    });
  }
  std::unique_ptr<behaviour> enter(socketio_client& who) override {
    return std::make_unique<asker>(who, answers_);
  }

 private:
  std::size_t& answers_;
};

}  // namespace

int main() {
  scenario what = standard_scenario();
  what.drawn_faults = 0;
  what.at(std::chrono::seconds(1)).on(client(1)).reset_peer(after(17_bytes));
  std::size_t answers = 0;
  run_options how;
  how.application = [&](stage&) { return std::make_unique<doubling>(answers); };
  const run_result one = run(what, 1, how), again = run(what, 1, how);
  std::puts(text_report(one).c_str());
  return !one.broken && one.hash == again.hash && answers >= 2 * what.clients ? 0 : 1;
}
