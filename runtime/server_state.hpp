#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <troupe/actors/pinned_unit.hpp>
#include <troupe/actors/transport_actor.hpp>
#include <troupe/runtime/server.hpp>
#include <troupe/runtime/shard_thread.hpp>
#include <troupe/runtime/simulator.hpp>
#include <troupe/transport/listener.hpp>
#include <troupe/transport/tls_context.hpp>

namespace troupe {

/// The inside of a server: settings, loops, shards, standing actors, threads, in the order in which
/// they must outlive each other.
struct server::state final : actors::transport_port {
  state(caf::actor_system* embedder, options user);
  ~state() override;

  bool run();
  void start();
  void close();
  void drain(std::chrono::milliseconds deadline, std::chrono::milliseconds spread);
  bool wait();
  std::uint16_t listen(const transport::listener_options& where);
  void stop_listening_now();
  void reload_tls();
  void attach(foreign_connection from);

  // actors::transport_port, on shard 0.
  void start_listening() override;
  void stop_listening() override;

  void on_stopped(bool failed);
  void make_unit(unsigned index);
  void accept(std::unique_ptr<transport::stream> bytes);
  std::unique_ptr<transport::listener> open(const transport::listener_options& where);
  void accept_from(transport::listener& from);
  std::unique_ptr<transport::stream> secured(std::unique_ptr<transport::stream> bytes);
  void run_shards();
  void end_unstarted();

  struct own_system;
  std::unique_ptr<own_system> own;
  caf::actor_system& system;
  runtime::shard_settings settings;
  std::unique_ptr<transport::tls_context> tls;  ///< From start() on, if the options name one.
  std::vector<std::unique_ptr<boost::asio::io_context>> loops;
  std::unique_ptr<actors::directory> shared;
  std::vector<std::unique_ptr<actors::pinned_unit>> units;
  std::vector<std::unique_ptr<runtime::shard>> shards;
  std::vector<std::unique_ptr<runtime::shard_thread>> drivers;
  std::vector<std::thread> threads;
  std::optional<nsp> root;
  std::atomic<std::uint16_t> port{0};

  // Behind the lock.
  std::mutex mutex;
  std::condition_variable changed;
  enum class phase { made, starting, running, closing, stopped, joining, ended } now = phase::made;
  bool close_wanted = false;  // Asked for while it was starting.
  bool failed = false;
  std::vector<std::unique_ptr<transport::listener>> listeners;
};

}  // namespace troupe
