#pragma once

#include <string>
#include <string_view>

#include "client.hpp"
#include "connection.hpp"

namespace load {

/// A client that stays with HTTP long-polling: one GET pending, one POST at a time, each on a
/// connection of its own that is kept.
class polling_client final : public client {
 public:
  polling_client(std::size_t index, const scenario& what, reactor& events, client::listener& told);

  void send(std::string_view packet) override;
  void send_attachment(std::string_view) override;
  void leave() override;
  void stall() override { receiving_.bytes.stall(); }
  bool is_cut_off() const override { return receiving_.bytes.is_cut_off(); }

 private:
  /// One of the two connections; at most one request is under way on it.
  struct exchange final : connection::listener {
    exchange(polling_client& who, const scenario& what, std::size_t index, reactor& events)
        : owner(who), bytes(what, index, events, *this) {}
    std::size_t on_bytes(std::string_view received) override;
    void on_end() override { owner.end(); }
    polling_client& owner;
    connection bytes;
  };

  void send_engine_packet(std::string_view packet) override;
  void on_open(std::string_view id) override;
  void on_answer(const exchange& from, std::string_view body);
  void request_packets();
  void post_waiting();
  void end();
  std::string target() const;

  exchange receiving_;
  exchange sending_;
  std::string id_;
  std::string waiting_;  // Packets for the next POST.
  bool is_posting_ = false;
  bool is_leaving_ = false;
};

}  // namespace load
