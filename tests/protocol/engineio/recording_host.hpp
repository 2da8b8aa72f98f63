#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/protocol/engineio/session.hpp>

namespace troupe::protocol::engineio {

/// A host that writes down every call as one line and keeps what is queued, as a real one does.
class recording_host final : public session::host {
 public:
  void on_message(std::string_view data, bool binary) override {
    record(std::string(binary ? "binary " : "text ").append(data));
  }
  void on_send(std::string_view packet) override {
    queue_.append(queue_.empty() ? "" : "|").append(packet);
    record(std::string("send ").append(packet));
  }
  void on_flush_poll() override { record("flush " + std::exchange(queue_, {})); }
  bool has_queued() const override { return !queue_.empty(); }
  void on_probe_send(std::string_view packet) override {
    record(std::string("probe ").append(packet));
  }
  void on_probe_close() override { record("probe closed"); }
  void on_upgraded() override { record("upgraded"); }
  void on_closed(close_reason reason) override {
    record(std::string("closed: ").append(name_of(reason)));
  }

  void queue(std::string_view packet) { queue_.append(packet); }
  /// What was called since the last time.
  std::vector<std::string> calls() { return std::exchange(calls_, {}); }

  /// Run inside each call, after it was written down.
  std::function<void(const std::string&)> reaction;

 private:
  void record(std::string line) {
    calls_.push_back(line);
    if (reaction) reaction(line);
  }

  std::string queue_;
  std::vector<std::string> calls_;
};

/// A session with its host under a clock that is turned by hand.
struct session_bench {
  session_options options;
  recording_host host;
  session tested;
  time_point now{};

  explicit session_bench(transport_kind kind, session_options with = {},
                         revision spoken = revision::v4)
      : options(with), tested("abc", kind, options, host, spoken) {}

  using lines = std::vector<std::string>;

  void open() {
    tested.open(now);
    if (tested.transport() == transport_kind::polling) answer_handshake();
    host.calls();
  }
  lines pass(milliseconds time) {
    now += time;
    tested.advance(now);
    return host.calls();
  }
  bool poll() { return tested.poll(now); }
  post_verdict post(std::string_view body) { return tested.post(body, false, now); }
  void text(std::string_view data) { tested.websocket_message(data, false, now); }
  void probe(std::string_view data) { tested.probe_message(data, false, now); }

 private:
  void answer_handshake() {
    tested.poll(now);
    host.on_flush_poll();
    tested.poll_answered();
  }
};

}  // namespace troupe::protocol::engineio
