#pragma once

#include <functional>
#include <stdexcept>

#include <troupe/actors/link.hpp>

namespace troupe::actors::testing {

/// A link that only lends its address.
struct idle_link final : link {
  idle_link() : link({0, 0, 0}) {}
  void send(const protocol::frame_ptr&, delivery) override {}
  void close() override {}
  void handled() override {}
  void operation_returned() override {}
  void wake_at(time_point) override {}
  void released() override {}
  void ask(std::function<void(connection_actor&)>) override {}
  troupe::engine_session& conn() override { throw std::logic_error("an idle link has none"); }
  const client_handshake& handshake() const noexcept override { return shown; }
  client_handshake shown;
};

}  // namespace troupe::actors::testing
