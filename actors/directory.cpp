#include <troupe/actors/directory.hpp>

#include <exception>
#include <string>

#include <troupe/actors/broadcaster.hpp>
#include <troupe/actors/connection_actor.hpp>
#include <troupe/actors/light_actor.hpp>
#include <troupe/actors/messages.hpp>
#include <troupe/actors/namespace_port.hpp>
#include <troupe/actors/pinned_actor.hpp>

namespace troupe::actors {

directory::directory(caf::actor_system& system, const actor_options& options, log_sink log)
    : spawn_client([](caf::actor_system& in, pinned_unit& unit, shard_context& shard) {
        return spawn_light<connection_actor>(in, unit, shard);
      }),
      system_(system),
      options_(options),
      encoder_(options.parser),
      log_(std::move(log)),
      names_(
          options.namespaces_max, options.cleanup_empty_child_namespaces,
          [this](const namespace_ptr& made) { start(made); },
          [this](const namespace_ptr& left) { tell(supervisor, namespace_emptied{left}); }) {}

void directory::log(log_level level, std::string_view message) const {
  if (!log_) return;
  try {
    log_(level, message);
  } catch (...) {  // A sink that fails must not end the server that wanted to say something.
  }
}

void directory::call(std::string_view what, const std::function<void()>& work) {
  std::string wrong = "unknown exception";
  try {
    return work();
  } catch (const std::exception& thrown) {
    wrong = thrown.what();
  } catch (...) {
  }
  calls_thrown_.fetch_add(1);
  log(log_level::error, std::string(what) + " threw: " + wrong);
}

void directory::report(const limit_reached& what) {
  const auto& told = options_.limits.on_reached;
  if (told) call("limits.on_reached", [&] { told(what); });
}

void directory::start(const namespace_ptr& made) {
  const std::lock_guard lock(mutex_);
  if (!opens_) return;  // What is emitted there goes nowhere: nobody is left to end an actor.
  made->replace_broadcaster(spawn_broadcaster(made, false));
  tell(supervisor, broadcaster_added{made});
}

std::uint64_t directory::next_broadcast_ack() noexcept {
  return broadcast_ack_ids + broadcast_acks_.fetch_add(1, std::memory_order_relaxed) %
                                 (ack_ids_end - broadcast_ack_ids);
}

caf::actor directory::port_of(const namespace_ptr& nsp) {
  const std::lock_guard lock(mutex_);
  if (caf::actor known = nsp->port()) return known;
  if (!opens_) return {};
  pinned_unit& unit = *units[nsp->index() % units.size()];
  caf::actor added = spawn_on<namespace_port>(system_, unit, *this, nsp);
  nsp->replace_port(added);
  tell(supervisor, port_added{nsp, added});
  return added;
}

void directory::stop_opening() {
  const std::lock_guard lock(mutex_);
  opens_ = false;
}

caf::actor directory::spawn_broadcaster(const namespace_ptr& nsp, bool is_restarted) {
  pinned_unit& unit = *units[nsp->index() % units.size()];
  return spawn_on<broadcaster>(system_, unit, *this, nsp, is_restarted);
}

void directory::drop_handles() {
  const auto drop = [](namespace_entry& entry) {
    entry.replace_broadcaster({});
    entry.replace_port({});
    entry.drop_handlers();
  };
  for (const namespace_ptr& entry : all()) drop(*entry);
  for (const parent_namespace& parent : *names_.parents()) drop(*parent.entry);
  arms.clear();
  supervisor = {};
  transport = {};
}

}  // namespace troupe::actors
