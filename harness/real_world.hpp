#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <troupe/harness/inspector.hpp>
#include <troupe/harness/proxy.hpp>
#include <troupe/harness/run.hpp>
#include <troupe/harness/server_address.hpp>
#include <troupe/harness/socket_network.hpp>
#include <troupe/harness/witness.hpp>

namespace troupe::harness {

/// What one side of a run on real sockets has to be judged by. Thread: that side's.
class real_stage {
 public:
  /// `played` has no drawn faults left to draw; it and `actors` outlive this.
  real_stage(const scenario& played, std::uint64_t seed, const run_options& how,
             caf::actor_system& actors, stage::role plays);

  stage& on() noexcept { return stage_; }
  /// What `how` has, or the standard one.
  std::unique_ptr<application> make_application(const run_options& how);

 private:
  trace seen_;
  oracle judge_;
  armed_faults none_;
  simulation world_;  // Without a server: for its clock and chance.
  stage stage_;
};

/// The server of a run on real sockets, on a thread of its own.
class real_server {
 public:
  real_server(const scenario& played, std::uint64_t seed, const run_options& how,
              caf::actor_system& actors);
  ~real_server();
  real_server(const real_server&) = delete;
  real_server& operator=(const real_server&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  /// Has what must hold looked at, soon, on the server's thread; false: something did not hold.
  bool look();
  /// Ends it in order; what was broken on its side. Throws what a check of the application's did.
  std::optional<violation> end();

 private:
  void check();

  const run_options& options_;
  real_stage stage_;
  witness witness_;
  std::unique_ptr<application> application_;
  inspector inspector_;
  std::atomic<bool> is_broken_{false};
  std::unique_ptr<server> server_;
};

/// The clients of a scenario on real sockets, each behind a proxy of its own.
class real_world {
 public:
  real_world(const server_address& where, const scenario& played, std::uint64_t seed,
             const run_options& how, caf::actor_system& actors);

  /// Asks ten times a second, on this thread; false ends the run.
  void ask(std::function<bool()> goes_on) { goes_on_ = std::move(goes_on); }
  /// The whole run; stops at the first violation.
  run_result play();

 private:
  struct scheduled {
    fault_rule rule;
    time_point next;
    std::shared_ptr<fault_count> count = std::make_shared<fault_count>();
  };
  /// When a toxic of a proxy is over.
  struct ending {
    time_point at;
    unsigned proxy;
    std::string name;
  };

  std::vector<std::string> open_proxies(const std::string& address);
  void make_clients(const std::string& path);
  void pass(milliseconds time);
  /// Lets time pass until `is_done()`, at most `most`; false: it was not, or all is over.
  template <class Done>
  bool pass_until(milliseconds most, Done is_done);
  bool is_over() noexcept { return is_broken_ || stage_.on().judge.first().has_value(); }
  void check();
  void strike();
  void strike_client(const scheduled& one, unsigned number);
  void heal();
  void demand_progress();
  run_result result();

  std::function<bool()> goes_on_;
  time_point next_check_{};
  bool is_broken_ = false;
  const scenario& scenario_;
  std::uint64_t seed_;
  boost::asio::io_context loop_{1};
  real_stage stage_;
  dice random_;
  std::vector<std::unique_ptr<fault_proxy>> proxies_;
  socket_network network_;
  std::unique_ptr<application> application_;
  std::vector<std::unique_ptr<socketio_client>> clients_;
  std::vector<std::unique_ptr<behaviour>> behaviours_;
  std::vector<scheduled> schedule_;
  std::vector<ending> ending_;
  std::size_t toxics_ = 0;
};

}  // namespace troupe::harness
