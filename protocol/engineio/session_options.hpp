#pragma once

#include <chrono>

#include <troupe/protocol/engineio/request.hpp>
#include <troupe/protocol/limits.hpp>

namespace troupe::protocol::engineio {

using milliseconds = std::chrono::milliseconds;

/// Engine.IO's own options, with the reference's defaults.
struct session_options {
  milliseconds ping_interval{25'000};
  milliseconds ping_timeout{20'000};
  milliseconds upgrade_timeout{10'000};
  /// While the probe has been answered and no `5` came: a noop to a pending GET this often.
  milliseconds upgrade_noop_interval{100};
  /// A polling session that the server closes waits this long for a GET to say so.
  milliseconds polling_close_timeout{30'000};
  bool allow_upgrades = true;
  transport_set transports;
  limits bounds;
};

}  // namespace troupe::protocol::engineio
