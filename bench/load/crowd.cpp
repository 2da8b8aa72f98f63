#include "crowd.hpp"

#include <thread>

#include "fail.hpp"
#include "measurement.hpp"
#include "room_plan.hpp"

namespace load {

namespace {

constexpr std::size_t connecting_max = 64;
constexpr std::chrono::seconds patience{60};

/// Before memory is read: for what the server does behind the last handshake. Longer where memory
/// is what is measured, for the sake of servers with a garbage collector.
std::chrono::milliseconds settling(const scenario& what) {
  return std::chrono::milliseconds(what.kind == "idle" ? 2'000 : 50);
}

}  // namespace

crowd::crowd(const scenario& what, reactor& events, const server_process& server, report& result)
    : what_(what), events_(events) {
  std::this_thread::sleep_for(settling(what));
  const double memory = server.user_memory_kib();
  measurement connecting(server);
  connect_all();
  connecting.end();
  std::this_thread::sleep_for(settling(what));
  const auto count = static_cast<double>(size());
  result.add("connects_per_s", count / connecting.wall_seconds());
  result.add("us_per_connect", connecting.server_cpu_seconds() / count * 1e6);
  result.add("user_kib_per_client", (server.user_memory_kib() - memory) / count);
  join_rooms();
  for (std::size_t i = what.clients; i < size(); ++i) clients_[i]->stall();
}

crowd::~crowd() {
  handler_ = nullptr;
}

void crowd::connect_all() {
  const std::size_t wanted = what_.clients + what_.slow_readers;
  clients_.reserve(wanted);
  while (clients_.size() < wanted) {
    clients_.push_back(connect_client(clients_.size(), what_, events_, *this));
    if (clients_.size() > connecting_max) wait_for(joined_, clients_.size() - connecting_max);
  }
  wait_for(joined_, wanted);
}

void crowd::join_rooms() {
  const room_plan plan(what_);
  for (std::size_t i = 0; i < what_.clients; ++i) {
    const std::string rooms = plan.rooms_of(i);
    if (rooms.empty()) return;
    clients_[i]->send("20[\"join\"," + rooms + "]");
    if (i >= connecting_max) wait_for(roomed_, i - connecting_max);
  }
  wait_for(roomed_, what_.clients);
}

void crowd::wait_for(const std::size_t& count, std::size_t wanted) {
  const auto latest = clock::now() + patience;
  while (count < wanted) {
    if (clock::now() > latest) fail("clients wait for the server for too long");
    events_.wait(latest);
  }
}

std::size_t crowd::cut_off() const {
  std::size_t count = 0;
  for (std::size_t i = what_.clients; i < size(); ++i) count += clients_[i]->is_cut_off() ? 1 : 0;
  return count;
}

void crowd::on_joined(client&) {
  ++joined_;
}

void crowd::on_packet(client& who, std::string_view packet, bool is_attachment) {
  if (handler_) return handler_(who, packet, is_attachment);
  if (!packet.starts_with("30")) fail("a packet that nobody asked for");
  ++roomed_;
}

void crowd::on_ended(client&) {
  fail("the server ended a connection");
}

}  // namespace load
