#include <troupe/runtime/session_events.hpp>

#include <exception>

#include <troupe/runtime/shard.hpp>

namespace troupe::runtime {

namespace engineio = protocol::engineio;

namespace {

std::string_view name_of(engineio::packet_type type) noexcept {
  switch (type) {
    case engineio::packet_type::open:
      return "open";
    case engineio::packet_type::close:
      return "close";
    case engineio::packet_type::ping:
      return "ping";
    case engineio::packet_type::pong:
      return "pong";
    case engineio::packet_type::message:
      return "message";
    case engineio::packet_type::upgrade:
      return "upgrade";
    case engineio::packet_type::noop:
      return "noop";
  }
  return "message";
}

}  // namespace

engine_session& session::conn() {
  if (events_ == nullptr) events_ = std::make_unique<events>(*this, home_);
  is_plain_ = false;
  return *events_;
}

std::string_view session::events::transport() const noexcept {
  return engineio::name_of(owner_.transport());
}

// Within a listener's call a broadcast may be looking through the table that closing changes.
void session::events::close() {
  home_.is_in_listener() ? owner_.close_soon() : owner_.close();
}

void session::events::opened() {
  for (const auto& listener : home_.hooks().connection) run([&] { listener(*this); });
}

void session::events::received(const engineio::packet_view& packet) {
  tell(packet_, engine_packet{name_of(packet.type), packet.data, packet.binary});
  const auto beat =
      owner_.is_revision_3() ? engineio::packet_type::ping : engineio::packet_type::pong;
  if (packet.type == beat) tell(heartbeat_);
}

void session::events::queued(const protocol::frame& frame) {
  if (packet_create_.empty()) return;
  for (std::size_t i = 0; i < frame.part_count(); ++i) {
    const auto part = frame.part_at(i);
    const std::string_view whole = frame.message(part);
    engine_packet packet{"message", whole, part.binary};
    if (!part.binary && !whole.empty())
      packet = {name_of(static_cast<engineio::packet_type>(whole[0])), whole.substr(1), false};
    tell(packet_create_, packet);
  }
}

void session::events::listens_to_packets() {
  owner_.engine_.tell_packets();
}

void session::events::run(const std::function<void()>& listener) noexcept {
  const shard::listener_call under_way(home_);
  try {
    return listener();
  } catch (const std::exception& thrown) {
    home_.shared().log(log_level::error,
                       std::string("a session's listener threw: ") + thrown.what());
  } catch (...) {
    home_.shared().log(log_level::error, "a session's listener threw");
  }
  home_.count().handlers_thrown.add();
}

}  // namespace troupe::runtime
