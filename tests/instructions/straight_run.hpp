#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/harness/simulation.hpp>

namespace troupe::testing {

/// Drives a simulated server of one shard in the order of a real loop, drawing nothing: reads all
/// that arrived, runs the actors, flushes. So equal work takes equal instructions.
class straight_run {
 public:
  explicit straight_run(harness::simulation& world) : world_(world) {}

  /// WebSocket clients that have joined "/".
  void connect(std::size_t count);
  /// What a client has sent before the next turn: one frame, made by text_frame.
  void arrive(std::size_t client, std::string_view frame) { clients_[client]->incoming += frame; }
  static std::string text_frame(std::string_view packet);
  /// One turn of the loop. Gives the bytes that it wrote to the clients, in all.
  std::size_t turn();

 private:
  harness::simulation& world_;
  std::vector<std::shared_ptr<harness::wire>> clients_;
};

/// What callgrind counts from here to the end of the scope is the cost `name`, of `units` each.
/// Without valgrind nothing is counted.
class counted_stretch {
 public:
  counted_stretch(std::string_view name, std::size_t units);
  ~counted_stretch();
  counted_stretch(const counted_stretch&) = delete;
  counted_stretch& operator=(const counted_stretch&) = delete;

 private:
  std::string name_;
};

}  // namespace troupe::testing
