#include <algorithm>
#include <optional>

#include "crowd.hpp"
#include "fail.hpp"
#include "ledger.hpp"
#include "measurement.hpp"
#include "numbered_event.hpp"
#include "workloads.hpp"

namespace load {

namespace {

constexpr std::chrono::seconds silence_max{10};
constexpr std::chrono::seconds drain_max{60};

/// Clients that send events to all, or to rooms, and the books on them.
class fanout {
 public:
  fanout(const scenario& what, reactor& events, const server_process& server, report& result)
      : what_(what),
        events_(events),
        server_(server),
        result_(result),
        event_(what),
        all_(what, events, server, result),
        books_(what),
        gap_(as_duration(what.rate > 0 ? 1 / what.rate : 0)) {
    all_.receive([this](client& who, std::string_view packet, bool is_attachment) {
      on_packet(who, packet, is_attachment);
    });
  }

  void run() {
    next_due_ = clock::now();
    run_until(clock::now() + as_duration(what_.seconds / 4));
    const double memory = server_.user_memory_kib();
    const std::uint64_t sent = books_.sent();
    const std::uint64_t delivered = books_.deliveries();
    books_.keep_latencies(what_.kind == "rate");
    measurement measured(server_);
    run_until(clock::now() + as_duration(what_.seconds));
    measured.end();
    const auto deliveries = static_cast<double>(books_.deliveries() - delivered);
    const auto published = static_cast<double>(books_.sent() - sent);
    result_.add("deliveries_per_s", deliveries / measured.wall_seconds());
    result_.add("events_per_s", published / measured.wall_seconds());
    result_.add("us_per_delivery", measured.server_cpu_seconds() / deliveries * 1e6);
    result_.add("kib_grown", server_.user_memory_kib() - memory);
    measured.add_to(result_);
    drain();
    if (what_.kind == "rate") result_.add("delivery", books_.latencies());
    if (what_.kind == "rate") result_.add("sent_late", lateness_);
    if (what_.slow_readers != 0) result_.add("cut_off", static_cast<double>(all_.cut_off()));
  }

 private:
  void run_until(time_point end) {
    for (auto now = clock::now(); now < end; now = clock::now()) {
      publish_due(now);
      const bool is_paced = what_.kind == "rate";
      wait(is_paced ? std::min(end, next_due_) : end);
    }
  }

  void publish_due(time_point now) {
    if (what_.kind != "rate") {
      while (books_.sent() < books_.complete() + what_.under_way) publish(now);
      return;
    }
    for (; next_due_ <= now; next_due_ += gap_) {
      lateness_.record(now - next_due_);
      publish(next_due_);
    }
  }

  void publish(time_point due) {
    const std::uint64_t number = books_.open(due);
    client& sender = all_[number % what_.senders];
    sender.send(event_.outgoing(number));
    if (what_.binary) sender.send_attachment(event_.attachment(number));
  }

  void wait(time_point latest) {
    const std::uint64_t before = books_.deliveries();
    events_.wait(std::min(latest, clock::now() + silence_max));
    const auto now = clock::now();
    if (books_.deliveries() != before || books_.sent() == books_.complete())
      last_arrival_ = now;
    else if (last_arrival_ && now - *last_arrival_ > silence_max)
      fail("events do not arrive");
  }

  /// All that was sent must arrive.
  void drain() {
    const auto latest = clock::now() + drain_max;
    while (books_.complete() < books_.sent()) {
      if (clock::now() > latest) fail("events are lost");
      wait(latest);
    }
  }

  void on_packet(client& who, std::string_view packet, bool is_attachment) {
    // With attachments, the packet before them only announces them.
    if (is_attachment != what_.binary) {
      if (is_attachment || !event_.matches(packet)) fail("a packet that nobody sent");
      return;
    }
    const auto now = what_.kind == "rate" ? clock::now() : time_point();
    if (who.index() < what_.clients) books_.arrived(who.index(), event_.number_of(packet), now);
  }

  const scenario& what_;
  reactor& events_;
  const server_process& server_;
  report& result_;
  numbered_event event_;
  crowd all_;
  ledger books_;
  clock::duration gap_;
  time_point next_due_{};
  std::optional<time_point> last_arrival_;
  histogram lateness_;  // Of sending: this generator's own fault.
};

}  // namespace

void run_fanout(const scenario& what, reactor& events, const server_process& server,
                report& result) {
  fanout(what, events, server, result).run();
}

}  // namespace load
