#pragma once

#include <memory>
#include <string>
#include <vector>

#include <tests/runtime/bench_client.hpp>
#include <troupe/protocol/socketio/value.hpp>

namespace troupe::testing {

/// What socket.io-client does about connection state recovery: it keeps the pid that it was told
/// and the last string of the last event that it handled, and what comes before the reply to its
/// CONNECT waits for that, even if the connection is lost first.
class recovering_client {
 public:
  explicit recovering_client(server_bench& bench) : bench_(bench) {}

  /// A new connection; the one before has been cut.
  void connect(bench_client::over how) {
    std::erase_if(silent_, [](const auto& old) { return old->is_closed; });
    now_ = std::make_unique<bench_client>(bench_, how);
    taken_ = 0;
    now_->join("/", auth());
  }
  /// The payload of its next CONNECT.
  std::string auth() const {
    if (pid.empty()) return {};
    std::string text = "{\"pid\":\"" + pid + "\"";
    if (!offset.empty()) text += ",\"offset\":\"" + offset + "\"";
    return text + "}";
  }
  /// The network fails: what has not arrived never does. `silently`: the server is not told.
  void cut(bool silently = false) {
    take();
    is_connected = false;
    if (silently) {
      now_->polls = now_->answers_pings = false;
      silent_.push_back(std::move(now_));
    } else {
      now_->vanish();
      now_.reset();
    }
  }
  /// Handles what has come.
  void take() {
    for (; taken_ < now_->received.size(); ++taken_) {
      const std::string& packet = now_->received[taken_];
      if (packet.starts_with("40{")) connected(value::from_json(packet.substr(2)).value());
      if (packet.starts_with("42[")) {
        waiting_.push_back(packet.substr(2));
        if (is_connected) handle_waiting();
      }
    }
  }
  bench_client& link() { return *now_; }
  /// The first arguments of the events `name`, as JSON, in order.
  std::vector<std::string> heard(std::string_view name) const {
    std::vector<std::string> all;
    for (const arguments& one : events)
      if (one.front().as_string() == name) all.emplace_back(one.at(1).json());
    return all;
  }

  std::string id, pid, offset;
  std::vector<arguments> events;
  bool is_connected = false;
  bool is_recovered = false;
  unsigned connects = 0;  ///< Of them not recovered.
  unsigned recoveries = 0;

 private:
  void connected(const value& reply) {
    id = reply.at("sid").as_string().value_or("");
    const std::string given = reply.at("pid").as_string().value_or("");
    is_connected = true;
    is_recovered = !given.empty() && given == pid;
    ++(is_recovered ? recoveries : connects);
    pid = given;
    handle_waiting();
  }
  void handle_waiting() {
    for (const std::string& text : std::exchange(waiting_, {})) {
      events.push_back(*value::from_json(text)->as_array());
      if (const auto last = events.back().back().as_string(); last && !pid.empty()) offset = *last;
    }
  }

  server_bench& bench_;
  std::unique_ptr<bench_client> now_;
  std::vector<std::unique_ptr<bench_client>> silent_;
  std::size_t taken_ = 0;
  std::vector<std::string> waiting_;
};

}  // namespace troupe::testing
