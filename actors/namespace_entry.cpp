#include <troupe/actors/namespace_entry.hpp>

#include <utility>

namespace troupe::actors {

std::shared_ptr<const namespace_entry::handlers> namespace_entry::current() const {
  const std::lock_guard lock(mutex_);
  return handlers_;
}

void namespace_entry::change(const std::function<void(handlers&)>& how) {
  // What was there dies behind the lock: the destructor of a handler may use the namespace.
  std::shared_ptr<const handlers> before;
  auto changed = std::make_shared<handlers>();
  const std::lock_guard lock(mutex_);
  *changed = *handlers_;
  how(*changed);
  before = std::exchange(handlers_, std::move(changed));
}

void namespace_entry::drop_handlers() {
  std::shared_ptr<const handlers> none = std::make_shared<handlers>();
  const std::lock_guard lock(mutex_);
  handlers_.swap(none);
}

caf::actor namespace_entry::broadcaster() const {
  const std::lock_guard lock(mutex_);
  return broadcaster_;
}

void namespace_entry::replace_broadcaster(caf::actor next) {
  const std::lock_guard lock(mutex_);
  broadcaster_.swap(next);
}

caf::actor namespace_entry::port() const {
  const std::lock_guard lock(mutex_);
  return port_;
}

void namespace_entry::replace_port(caf::actor next) {
  const std::lock_guard lock(mutex_);
  port_.swap(next);
}

void namespace_entry::drop_port(const caf::actor_addr& ended) {
  const std::lock_guard lock(mutex_);
  if (port_ && port_.address() == ended) port_ = {};
}

std::vector<namespace_ptr> namespace_entry::children() const {
  const std::lock_guard lock(mutex_);
  return children_;
}

void namespace_entry::add_child(namespace_ptr child) {
  const std::lock_guard lock(mutex_);
  children_.push_back(std::move(child));
}

void namespace_entry::remove_child(const namespace_ptr& child) {
  const std::lock_guard lock(mutex_);
  std::erase(children_, child);
}

}  // namespace troupe::actors
