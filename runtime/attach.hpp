#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <troupe/actors/messages.hpp>
#include <troupe/runtime/foreign_connection.hpp>
#include <troupe/runtime/travellers.hpp>

namespace troupe::runtime {

/// A connection of the embedder's on its way to a shard.
class attached_connection final : public actors::incoming {
 public:
  attached_connection(foreign_connection from, loop_list loops)
      : from_(std::move(from)), loops_(loops) {}

  void leave_for(unsigned shard) override;
  void arrive(actors::shard_context& at) override;

 private:
  foreign_connection from_;
  loop_list loops_;
};

}  // namespace troupe::runtime
