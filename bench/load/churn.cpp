#include <memory>
#include <vector>

#include "client.hpp"
#include "fail.hpp"
#include "measurement.hpp"
#include "workloads.hpp"

namespace load {

namespace {

constexpr std::chrono::seconds silence_max{10};

/// Clients that come, join and go.
class churn final : client::listener {
 public:
  churn(const scenario& what, reactor& events)
      : what_(what), events_(events), visitors_(what.under_way), began_(what.under_way) {
    for (std::size_t i = 0; i < what.under_way; ++i) begin(i);
  }

  void run_until(time_point end) {
    auto last = clock::now();
    while (clock::now() < end) {
      events_.wait(end);
      if (!ended_.empty()) last = clock::now();
      if (clock::now() - last > silence_max) fail("clients wait for too long");
      replace_ended();
    }
  }

  std::uint64_t visits() const noexcept { return visits_; }
  const histogram& times() const noexcept { return times_; }

 private:
  /// The place of a visitor is its index, modulo their number.
  void begin(std::size_t place) {
    began_[place] = clock::now();
    const std::size_t index = what_.under_way * begun_++ + place;
    visitors_[place] = connect_client(index, what_, events_, *this);
  }

  void replace_ended() {
    for (const std::size_t place : ended_) begin(place);
    ended_.clear();
  }

  void on_joined(client& who) override { who.leave(); }
  void on_packet(client&, std::string_view, bool) override {}
  void on_ended(client& who) override {
    const std::size_t place = who.index() % what_.under_way;
    times_.record(clock::now() - began_[place]);
    ended_.push_back(place);
    ++visits_;
  }

  const scenario& what_;
  reactor& events_;
  std::vector<std::unique_ptr<client>> visitors_;
  std::vector<time_point> began_;
  std::vector<std::size_t> ended_;
  std::size_t begun_ = 0;
  std::uint64_t visits_ = 0;
  histogram times_;
};

}  // namespace

void run_churn(const scenario& what, reactor& events, const server_process& server,
               report& result) {
  churn visitors(what, events);
  visitors.run_until(clock::now() + as_duration(what.seconds / 4));
  const double memory = server.user_memory_kib();
  const std::uint64_t before = visitors.visits();
  measurement measured(server);
  visitors.run_until(clock::now() + as_duration(what.seconds));
  measured.end();
  const auto visits = static_cast<double>(visitors.visits() - before);
  result.add("visits_per_s", visits / measured.wall_seconds());
  result.add("us_per_visit", measured.server_cpu_seconds() / visits * 1e6);
  result.add("kib_grown", server.user_memory_kib() - memory);
  measured.add_to(result);
  result.add("visit", visitors.times());
}

}  // namespace load
