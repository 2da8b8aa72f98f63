#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <troupe/harness/client_network.hpp>
#include <troupe/harness/pipe.hpp>
#include <troupe/harness/simulation.hpp>
#include <troupe/harness/trace.hpp>

namespace troupe::harness {

/// The simulated network: connections take their time, arrive in any order, bytes come in pieces
/// of any size; and toxics work on the connections of the clients that they were set on.
class network final : public client_network, public participant {
 public:
  /// `seen` receives what passes, into its hash. All outlive this.
  network(simulation& world, std::uint64_t seed, trace& seen);
  ~network() override;

  connection_ptr connect(unsigned client) override;
  time_point now() const override { return world_.now(); }
  bool is_quiet(unsigned client) const override;

  /// `what` works on the connections of `client`, also those to come, until its time or heal().
  void poison(unsigned client, toxic_ptr what);
  /// All toxics and what was armed is gone; what they held goes on.
  void heal();
  /// The toxics of one client alone.
  void heal(unsigned client);
  /// The next connection of `client` is accepted with this fault.
  void fail_accept(unsigned client, fault kind, std::shared_ptr<fault_count> count);
  /// The next write to a connection of `client` fails.
  void fail_write(unsigned client, boost::system::error_code error,
                  std::shared_ptr<fault_count> count);
  /// The n-th read or write of the server's from now on fails (1: the next).
  void fail_operation(std::size_t n) { operations_.fail_at = operations_.done + n - 1; }
  bool has_failed_operation() const noexcept { return operations_.done > operations_.fail_at; }
  /// Every connection is reset: the server is gone.
  void cut_all();

  bool act() override;
  time_point due() const override;

 private:
  struct link;
  class end;
  struct accept_fault {
    unsigned client;
    fault kind;
    std::shared_ptr<fault_count> count;
  };
  struct write_fault {
    unsigned client;
    boost::system::error_code error;
    std::shared_ptr<fault_count> count;
  };

  bool is_down(unsigned client) const;
  bool move(link& one);
  bool open(link& one);
  bool move_up(link& one);
  bool move_down(link& one);
  void reset(link& one);
  void cure(link& one);

  simulation& world_;
  dice random_;
  trace& trace_;
  operation_count operations_;
  std::vector<std::shared_ptr<link>> links_;
  std::vector<std::pair<unsigned, toxic_ptr>> toxics_;
  std::vector<accept_fault> accept_faults_;
  std::vector<write_fault> write_faults_;
};

}  // namespace troupe::harness
