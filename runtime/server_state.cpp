#include <troupe/runtime/server_state.hpp>

#include <boost/asio/signal_set.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <future>
#include <stdexcept>

#include <troupe/actors/messages.hpp>
#include <troupe/actors/pinned_actor.hpp>
#include <troupe/actors/supervisor.hpp>
#include <troupe/runtime/settings.hpp>

namespace troupe {

namespace {

caf::actor_system_config& configured(caf::actor_system_config& config) {
  actors::configure(config, 1);
  return config;
}

}  // namespace

struct server::state::own_system {
  own_system() : system((init_actor_types(), configured(config))) {}
  caf::actor_system_config config;
  caf::actor_system system;
};

server::state::state(caf::actor_system* embedder, options user)
    : own(embedder == nullptr ? std::make_unique<own_system>() : nullptr),
      system(embedder == nullptr ? own->system : *embedder),
      settings(runtime::settings_from(std::move(user))) {
  shared = std::make_unique<actors::directory>(system, runtime::actor_options_from(settings),
                                               settings.user.log);
  if (settings.user.client_actor) shared->spawn_client = settings.user.client_actor;
  for (unsigned i = 0; i < settings.user.threads; ++i) {
    loops.push_back(std::make_unique<boost::asio::io_context>(1));
    settings.loops.push_back(loops.back().get());
  }
  for (unsigned i = 0; i < settings.user.threads; ++i) {
    shards.push_back(std::make_unique<runtime::shard>(i, settings, *shared));
    make_unit(i);
    shared->units.push_back(units[i].get());
    shared->shards.push_back(shards[i].get());
  }
  for (unsigned i = 0; i < settings.user.threads; ++i)
    shared->arms.push_back(actors::spawn_on<actors::transport_arm>(system, *units[i], *shards[i]));
  shared->supervisor = actors::spawn_on<actors::supervisor>(system, *units[0], *shards[0]);
  shared->transport = actors::spawn_on<actors::transport_actor>(
      system, *units[0], *shared, static_cast<actors::transport_port&>(*this));
  shared->on_stopped = [this](bool has_failed) { on_stopped(has_failed); };
  root.emplace(*shared, shared->open("/"));
  if (simulator* driving = settings.user.simulator) {
    simulator::parts parts{
        shared.get(), {}, shared->units, [this](auto bytes) { accept(std::move(bytes)); }};
    for (const auto& one : shards) parts.shards.push_back(one.get());
    driving->attach(parts);
  }
}

void server::state::make_unit(unsigned index) {
  if (settings.user.simulator != nullptr) {
    units.push_back(settings.user.simulator->make_unit(system));
    return;
  }
  auto unit = std::make_unique<runtime::loop_unit>(system, *loops[index]);
  drivers.push_back(std::make_unique<runtime::shard_thread>(*shards[index], *unit, *loops[index]));
  units.push_back(std::move(unit));
}

server::state::~state() {
  // The actors have ended; the handles that are left let go of them before their units go.
  root.reset();
  shared->drop_handles();
  for (const auto& one : shards) one->drop_handles();
  if (settings.user.simulator != nullptr) settings.user.simulator->detach(*shared);
}

bool server::state::run() {
  if (settings.user.simulator != nullptr) {
    start();
    return wait();
  }
  boost::asio::signal_set ending(*loops[0], SIGINT, SIGTERM);
  ending.async_wait([this](boost::system::error_code failed_to_wait, int) {
    if (!failed_to_wait) close();
  });
  start();
  return wait();
}

void server::state::start() {
  {
    const std::lock_guard lock(mutex);
    if (now != phase::made) throw std::logic_error("a server is started once");
    now = phase::starting;
  }
  try {
    if (settings.user.tls.is_on()) {
      auto loaded = transport::tls_context::load(settings.user.tls);
      if (!loaded) throw boost::system::system_error(loaded.error(), "TLS");
      tls = *std::move(loaded);
    }
    if (settings.user.listens && settings.user.simulator == nullptr) {
      auto opened = open(runtime::listener_options_from(settings.user));
      const std::lock_guard lock(mutex);
      listeners.push_back(std::move(opened));
    }
    if (settings.user.listens && settings.user.on_listening) settings.user.on_listening(port);
    run_shards();
  } catch (...) {
    bool is_to_end = false;
    {
      const std::lock_guard lock(mutex);
      listeners.clear();
      is_to_end = std::exchange(close_wanted, false);
      now = is_to_end ? phase::closing : phase::made;
      changed.notify_all();
    }
    if (is_to_end) end_unstarted();
    throw;
  }
  bool is_to_close = false;
  {
    const std::lock_guard lock(mutex);
    now = phase::running;
    is_to_close = close_wanted;
    changed.notify_all();
  }
  settings.hooks->is_sealed.store(true, std::memory_order_release);
  actors::tell(shared->transport, actors::start_listening{});
  if (is_to_close) close();
}

// None of them runs before all are there: the system may not have so many.
void server::state::run_shards() {
  std::promise<bool> all_there;
  const std::shared_future<bool> may_run = all_there.get_future().share();
  try {
    for (const auto& driver : drivers)
      threads.emplace_back([one = driver.get(), may_run] {
        if (may_run.get()) one->run();
      });
  } catch (...) {
    all_there.set_value(false);
    for (std::thread& waiting : threads) waiting.join();
    threads.clear();
    throw;
  }
  all_there.set_value(true);
}

void server::state::close() {
  bool has_run = false;
  {
    const std::lock_guard lock(mutex);
    if (now == phase::starting) close_wanted = true;
    if (now != phase::made && now != phase::running) return;
    has_run = now == phase::running;
    now = phase::closing;
  }
  has_run ? actors::tell(shared->supervisor, actors::stop_server{}) : end_unstarted();
}

// A server that never ran still has actors to end. They run here, since for threads of their own it
// may be too late.
void server::state::end_unstarted() {
  actors::tell(shared->supervisor, actors::stop_server{});
  if (settings.user.simulator != nullptr) return;
  const auto is_stopped = [this] {
    const std::lock_guard lock(mutex);
    return now == phase::stopped;
  };
  for (bool goes_on = true; goes_on;) {
    goes_on = !is_stopped();
    for (const auto& driver : drivers) goes_on = driver->run_actors() || goes_on;
  }
}

void server::state::drain(std::chrono::milliseconds deadline, std::chrono::milliseconds spread) {
  {
    const std::lock_guard lock(mutex);
    if (now != phase::running) return;
    // Whoever takes over this port gets the new clients from now on.
    if (settings.user.reuse_port) listeners.clear();
  }
  actors::tell(shared->supervisor, actors::drain_server{deadline, spread});
}

void server::state::on_stopped(bool has_failed) {
  for (const auto& driver : drivers) driver->stop();
  {
    const std::lock_guard lock(mutex);
    failed = has_failed;
    now = phase::stopped;
    changed.notify_all();
  }
  if (settings.user.simulator != nullptr) settings.user.simulator->stopped(*shared, has_failed);
}

bool server::state::wait() {
  {
    std::unique_lock lock(mutex);
    if (settings.user.simulator != nullptr && now != phase::made && now != phase::ended) {
      lock.unlock();
      settings.user.simulator->run_until_stopped(*shared);
      lock.lock();
    }
    changed.wait(
        lock, [&] { return now == phase::made || now == phase::stopped || now == phase::ended; });
    if (now != phase::stopped) return !failed;
    now = phase::joining;
  }
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  const std::lock_guard lock(mutex);
  now = phase::ended;
  changed.notify_all();
  return !failed;
}

}  // namespace troupe
