#pragma once

#include <troupe/actors/engine_session.hpp>
#include <troupe/protocol/engineio/packet.hpp>
#include <troupe/runtime/session.hpp>

namespace troupe::runtime {

/// What a session tells its listeners; there is one only for a session that somebody asked for.
class session::events final : public engine_session {
 public:
  events(session& owner, shard& home) : owner_(owner), home_(home) {}

  const std::string& id() const noexcept override { return owner_.sid(); }
  std::string_view transport() const noexcept override;
  const client_handshake& handshake() const override { return owner_.handshake(); }
  std::size_t write_buffer_bytes() const noexcept override { return owner_.queued_bytes(); }
  void close() override;

  /// Told by engine::on_connection, once.
  void opened();
  void received(const protocol::engineio::packet_view& packet);
  void queued(const protocol::frame& frame);
  void drained() { tell(drain_); }
  void upgraded() { tell(upgrade_); }
  /// The last that is told.
  void closed(disconnect_reason reason) {
    tell(close_, reason);
    drain_.clear();
  }

 private:
  void listens_to_packets() override;
  /// Those that a listener adds are told too.
  template <class List, class... Arguments>
  void tell(const List& all, const Arguments&... what) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto one = all[i];  // Adding may move the others.
      run([&] { one.call(what...); });
    }
  }
  void run(const std::function<void()>& listener) noexcept;

  session& owner_;
  shard& home_;
};

}  // namespace troupe::runtime
