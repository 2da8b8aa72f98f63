#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include <troupe/harness/application.hpp>

namespace troupe::harness {

/// The namespaces of the standard application.
inline constexpr std::string_view standard_namespaces[] = {"/", "/b"};

/// The application that the standard scenarios run against: on "act" it emits in the way that it is
/// asked to, each emit stamped. `faults` strike in its handlers. Both outlive the server.
/// The events: docs/harness.md, "The standard application".
void serve_standard_application(server& io, oracle& judge, armed_faults& faults);

/// One client's life in it: joins, acts at random times, leaves and comes back, answers questions.
/// Number 0 stays, and sees all: it is what the others are measured by.
class standard_behaviour final : public behaviour {
 public:
  standard_behaviour(socketio_client& who, oracle& judge, trace& seen, const clock& time,
                     std::uint64_t seed, double actions_per_second);

  void settle() override;
  /// It does not come back when the server ends a socket.
  void retire() override;
  /// Joined everywhere, and no ack is waited for, unless some may have been lost.
  bool is_settled() const override;
  /// One broadcast more, in each namespace.
  void say_last() override;

  bool act() override;
  time_point due() const override;

 private:
  void hook();
  void do_something();
  void ask(std::string_view nsp, std::string_view kind);
  void plan();

  oracle& oracle_;
  trace& trace_;
  const clock& clock_;
  dice random_;
  double actions_per_second_;
  time_point next_;
  std::uint64_t asked_ = 0;
  bool is_away_ = false;
  bool is_retired_ = false;
  bool settles_ = false;
};

/// The two together, as a run has them unless run_options::application is another's.
class standard_application final : public application {
 public:
  explicit standard_application(stage& on) : stage_(on) {}
  void serve(server& io) override { serve_standard_application(io, stage_.judge, stage_.faults); }
  std::unique_ptr<behaviour> enter(socketio_client& who) override;
  void check() override;
  bool has_heard_last() const override { return stage_.judge.has_heard_last(); }
  void check_settled() override { stage_.judge.check_settled(); }

 private:
  stage& stage_;
};

}  // namespace troupe::harness
