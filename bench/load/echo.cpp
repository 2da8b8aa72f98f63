#include "crowd.hpp"
#include "fail.hpp"
#include "measurement.hpp"
#include "numbered_event.hpp"
#include "workloads.hpp"

namespace load {

namespace {

constexpr std::chrono::seconds silence_max{10};

/// Clients that ask, and ask again when they are answered.
class echo {
 public:
  echo(const scenario& what, reactor& events, const server_process& server, report& result)
      : what_(what),
        events_(events),
        server_(server),
        result_(result),
        event_(what),
        all_(what, events, server, result),
        asked_(what.clients) {
    all_.receive([this](client& who, std::string_view packet, bool is_attachment) {
      on_packet(who, packet, is_attachment);
    });
  }

  void run() {
    for (std::size_t i = 0; i < what_.under_way; ++i)
      for (std::size_t c = 0; c < what_.clients; ++c) ask(all_[c]);
    run_until(clock::now() + as_duration(what_.seconds / 4));
    const std::uint64_t before = answers_;
    is_timed_ = true;
    measurement measured(server_);
    run_until(clock::now() + as_duration(what_.seconds));
    measured.end();
    const auto answers = static_cast<double>(answers_ - before);
    result_.add("round_trips_per_s", answers / measured.wall_seconds());
    result_.add("us_per_round_trip", measured.server_cpu_seconds() / answers * 1e6);
    measured.add_to(result_);
    result_.add("round_trip", times_);
  }

 private:
  struct questions {
    std::uint64_t next = 0;      ///< To ask.
    std::uint64_t answered = 0;  ///< Each in the order asked.
    std::vector<time_point> asked_at;
  };

  void run_until(time_point end) {
    auto last = clock::now();
    while (clock::now() < end) {
      const std::uint64_t before = answers_;
      events_.wait(end);
      if (answers_ != before) last = clock::now();
      if (clock::now() - last > silence_max) fail("answers do not come");
    }
  }

  void ask(client& who) {
    questions& own = asked_[who.index()];
    own.asked_at.resize(what_.under_way);
    own.asked_at[own.next % what_.under_way] = clock::now();
    who.send(event_.outgoing(own.next));
    if (what_.binary) who.send_attachment(event_.attachment(own.next));
    ++own.next;
  }

  void on_packet(client& who, std::string_view packet, bool is_attachment) {
    if (is_attachment != what_.binary) {
      if (is_attachment || !event_.matches(packet)) fail("a packet that nobody sent");
      return;
    }
    questions& own = asked_[who.index()];
    if (event_.number_of(packet) != own.answered) fail("an answer is lost or out of order");
    if (is_timed_) times_.record(clock::now() - own.asked_at[own.answered % what_.under_way]);
    ++own.answered;
    ++answers_;
    ask(who);
  }

  const scenario& what_;
  reactor& events_;
  const server_process& server_;
  report& result_;
  numbered_event event_;
  crowd all_;
  std::vector<questions> asked_;
  std::uint64_t answers_ = 0;
  bool is_timed_ = false;
  histogram times_;
};

}  // namespace

void run_echo(const scenario& what, reactor& events, const server_process& server, report& result) {
  echo(what, events, server, result).run();
}

}  // namespace load
