// Your own application against a scenario: clients that talk, faults by rule, a guarantee of your
// own beside the harness's, and, where one is broken, a report with a smaller scenario that breaks
// it too. Exits with 1 if a seed breaks something. With arguments it is troupe-fault for this
// application: `chat_under_test run --seeds 1000`, `chat_under_test run --sockets`.

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include <troupe/harness/command.hpp>
#include <troupe/harness/report.hpp>
#include <troupe/harness/run.hpp>
#include <troupe/server.hpp>

using namespace std::chrono_literals;
using namespace troupe::harness;

namespace {

/// The application: knows nothing of the simulation.
class chat {
 public:
  void serve(troupe::server& io) {
    io.on_connection([this, &io](troupe::socket& socket) {
      ++online_;
      socket.on("chat", [&io](const std::string& text) { io.emit("chat", text); });
      socket.on_disconnect([this](troupe::disconnect_reason) { --online_; });
    });
  }
  std::size_t online() const { return online_; }

 private:
  std::atomic<std::size_t> online_{0};
};

/// What one client does: it talks, once a second or so, until it is told to settle.
class talker final : public behaviour {
 public:
  talker(socketio_client& who, const stage& on)
      : behaviour(who),
        world_(on.world),
        random_(on.seed, "talker " + std::to_string(who.number())) {
    // As a page would: who is thrown out comes back.
    client_.on_disconnect = [this](std::string_view nsp, std::string_view reason) {
      if (reason == "io server disconnect" && !has_left_) client_.join(nsp);
    };
    client_.join("/");
    client_.connect();
    plan();
  }
  bool act() override {
    if (world_.now() < due()) return false;
    plan();
    client_.emit("/", "chat", "client " + std::to_string(client_.number()) + " was here");
    return true;
  }
  time_point due() const override { return is_quiet_ ? time_point::max() : next_; }
  void settle() override { is_quiet_ = true; }
  void retire() override {
    has_left_ = true;
    client_.disconnect();
  }

 private:
  void plan() { next_ = world_.now() + random_.up_to(2s); }

  simulation& world_;
  dice random_;
  time_point next_;
  bool is_quiet_ = false;
  bool has_left_ = false;
};

/// The two together, and what must hold of the chat: it knows how many are there.
class chat_under_test final : public application {
 public:
  explicit chat_under_test(stage& on) : stage_(on) {}
  void serve(troupe::server& io) override { chat_.serve(io); }
  std::unique_ptr<behaviour> enter(socketio_client& who) override {
    return std::make_unique<talker>(who, stage_);
  }
  void check() override {
    if (chat_.online() != stage_.world.subscribers("/"))
      stage_.judge.violated("online", std::to_string(chat_.online()) + " are counted");
  }
  // Nobody says a last word, so on real sockets there is none to wait for.
  bool has_heard_last() const override { return true; }

 private:
  stage& stage_;
  chat chat_;
};

}  // namespace

int main(int argc, char** argv) {
  run_options how;
  how.application = [](stage& on) { return std::make_unique<chat_under_test>(on); };
  if (argc > 1) return run_command(argc, argv, how);
  scenario what = standard_scenario();
  what.at(2s).on(client(3)).reset_peer(after(17_bytes));
  constexpr std::uint64_t seeds = 20;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const run_result result = run(what, seed, how);
    if (!result.broken) continue;
    std::puts(text_report(shrink(result, how)).c_str());
    return 1;
  }
  std::printf("%llu seeds, every guarantee held\n", static_cast<unsigned long long>(seeds));
}
