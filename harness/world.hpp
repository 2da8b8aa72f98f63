#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <troupe/actors/caf.hpp>
#include <troupe/harness/run.hpp>
#include <troupe/harness/witness.hpp>

namespace troupe::runtime {
class session;
}

namespace troupe::harness {

/// One run of a scenario: simulation, network, clients, server, and the schedule of its faults,
/// which is a participant as they are.
class world final : private participant {
 public:
  world(const scenario& what, std::uint64_t seed, const run_options& how);
  ~world() override;

  /// The whole run; stops at the first violation.
  run_result play();

 private:
  /// A rule, and when it strikes next.
  struct scheduled {
    fault_rule rule;
    time_point next;
    std::shared_ptr<fault_count> count = std::make_shared<fault_count>();
  };

  // participant: the schedule.
  bool act() override;
  time_point due() const override;

  void strike(const scheduled& one);
  void strike_client(const scheduled& one, unsigned client);
  void strike_actor(const scheduled& one, unsigned client);
  void strike_system(const scheduled& one);
  void fail_turn(const scheduled& one);
  void strike_broadcaster(const scheduled& one);
  void kill(const caf::actor& who, const scheduled& one);
  /// With this id; null without it.
  const runtime::session* session(std::string_view sid);
  caf::actor connection_actor(unsigned client);

  void play_through();
  void start_server();
  void leave_server();
  /// `drains`: bit by bit, until then; 0: at once.
  void end_server(milliseconds drains = {});
  void replace_server();
  void make_clients();
  void pass(milliseconds time);
  bool is_over() const noexcept { return oracle_.first().has_value(); }
  void check_at_rest();
  void check_queues();
  void heal_clients(const std::vector<unsigned>& whom);
  void heal();
  void demand_progress();
  void leave_all();
  run_result result();

  scenario scenario_;
  std::uint64_t seed_;
  const run_options& options_;
  std::unique_ptr<seeded_system> system_;
  std::size_t others_running_;
  simulation simulation_;
  trace trace_;
  oracle oracle_;
  dice random_;
  network network_;
  armed_faults application_faults_;
  stage stage_;
  witness witness_;
  std::unique_ptr<application> application_;
  std::unique_ptr<server> server_;
  std::vector<std::unique_ptr<socketio_client>> clients_;
  std::vector<std::unique_ptr<behaviour>> behaviours_;
  std::map<std::string, time_point> over_soft_since_;  // By session id.
  std::vector<scheduled> schedule_;
  time_point begun_;
  std::optional<fault_rule> wanted_process_;  // A fault of the server's process, at the next rest.
  time_point random_again_ = time_point::max();
  bool is_ending_server_ = false;  // Which no fault is to keep from it.
  std::size_t deaths_wanted_ = 0;  // Of a broadcaster, until the supervisor gives up.
};

}  // namespace troupe::harness
