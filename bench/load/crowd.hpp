#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "client.hpp"
#include "reactor.hpp"
#include "report.hpp"
#include "scenario.hpp"
#include "server_process.hpp"

namespace load {

/// The clients of a scenario, connected and in their rooms.
class crowd final : client::listener {
 public:
  using packet_handler = std::function<void(client&, std::string_view packet, bool is_attachment)>;

  /// Connects all of them, some at a time, and adds the rate, the server's CPU and its memory for
  /// each to `result`.
  crowd(const scenario& what, reactor& events, const server_process& server, report& result);
  ~crowd();

  client& operator[](std::size_t index) noexcept { return *clients_[index]; }
  std::size_t size() const noexcept { return clients_.size(); }
  /// From now on packets go there.
  void receive(packet_handler handler) { handler_ = std::move(handler); }
  /// How many slow readers the server has cut off.
  std::size_t cut_off() const;

 private:
  void connect_all();
  void join_rooms();
  void wait_for(const std::size_t& count, std::size_t wanted);
  void on_joined(client& who) override;
  void on_packet(client& who, std::string_view packet, bool is_attachment) override;
  void on_ended(client& who) override;

  const scenario& what_;
  reactor& events_;
  std::vector<std::unique_ptr<client>> clients_;
  std::size_t joined_ = 0;
  std::size_t roomed_ = 0;
  packet_handler handler_;
};

}  // namespace load
