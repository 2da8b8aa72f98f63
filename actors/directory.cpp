#include <troupe/actors/directory.hpp>

#include <stdexcept>

#include <troupe/actors/broadcaster.hpp>
#include <troupe/actors/connection_actor.hpp>
#include <troupe/actors/messages.hpp>

namespace troupe::actors {

namespace {
constexpr std::size_t namespaces_max = 65'536;
}

std::shared_ptr<const namespace_entry::handlers> namespace_entry::current() const {
  const std::lock_guard lock(mutex_);
  return handlers_;
}

void namespace_entry::change(const std::function<void(handlers&)>& how) {
  const std::lock_guard lock(mutex_);
  auto changed = std::make_shared<handlers>(*handlers_);
  how(*changed);
  handlers_ = std::move(changed);
}

caf::actor namespace_entry::broadcaster() const {
  const std::lock_guard lock(mutex_);
  return broadcaster_;
}

void namespace_entry::replace_broadcaster(caf::actor next) {
  const std::lock_guard lock(mutex_);
  broadcaster_ = std::move(next);
}

directory::directory(caf::actor_system& system, const actor_options& options, log_sink log)
    : spawn_client([](caf::actor_system& in, pinned_unit& unit, shard_context& shard) {
        return spawn_on<connection_actor>(in, unit, shard);
      }),
      system_(system),
      options_(options),
      encoder_(options.parser),
      log_(std::move(log)) {}

void directory::log(log_level level, std::string_view message) const {
  if (!log_) return;
  try {
    log_(level, message);
  } catch (...) {  // A sink that fails must not end the server that wanted to say something.
  }
}

namespace_ptr directory::open(std::string_view name) {
  const std::lock_guard lock(mutex_);
  for (const namespace_ptr& entry : namespaces_)
    if (entry->name() == name) return entry;
  if (namespaces_.size() == namespaces_max) throw std::length_error("too many namespaces");
  auto added = std::make_shared<namespace_entry>(std::string(name),
                                                 static_cast<std::uint32_t>(namespaces_.size()));
  namespaces_.push_back(added);
  if (!opens_) return added;  // What is emitted there goes nowhere: nobody is left to end an actor.
  added->replace_broadcaster(spawn_broadcaster(added, false));
  tell(supervisor, broadcaster_added{added});
  return added;
}

namespace_ptr directory::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (const namespace_ptr& entry : namespaces_)
    if (entry->name() == name) return entry;
  return nullptr;
}

namespace_ptr directory::at(std::uint32_t index) const {
  const std::lock_guard lock(mutex_);
  return index < namespaces_.size() ? namespaces_[index] : nullptr;
}

std::vector<namespace_ptr> directory::all() const {
  const std::lock_guard lock(mutex_);
  return namespaces_;
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
  for (const namespace_ptr& entry : all()) {
    entry->replace_broadcaster({});
    entry->change([](namespace_entry::handlers& all) { all = {}; });
  }
  arms.clear();
  supervisor = {};
  transport = {};
}

}  // namespace troupe::actors
