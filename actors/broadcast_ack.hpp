#pragma once

#include <functional>
#include <vector>

#include <troupe/actors/ack.hpp>

namespace troupe {

/// The answers of all receivers of a broadcast with an ack.
struct broadcast_ack_result {
  /// None: every receiver answered. Else ack_errc: timed_out, some did not in time; disconnected,
  /// it was lost in the server; too_many, options::broadcast_acks_max wait already.
  boost::system::error_code error;
  /// The first argument (null if it had none) of each answer that came, in no order; also with an
  /// error.
  std::vector<value> responses;
};
using broadcast_ack_handler = std::function<void(const broadcast_ack_result&)>;

}  // namespace troupe
