#include <troupe/actors/namespaces.hpp>

#include <stdexcept>
#include <utility>

namespace troupe::actors {

using role = namespace_entry::role;

namespaces::namespaces(std::size_t max, bool cleans, announcement start, announcement emptied)
    : max_(max), cleans_(cleans), start_(std::move(start)), emptied_(std::move(emptied)) {}

namespace_ptr namespaces::open(std::string_view name) {
  if (namespace_ptr found = find(name)) return found;
  const std::lock_guard making(making_);
  if (namespace_ptr found = find(name)) return found;
  namespace_ptr made = make(name, parent_of(std::string(name)));
  if (made == nullptr) throw std::length_error("too many namespaces");
  return made;
}

namespace_ptr namespaces::open_child(std::string_view name, const namespace_ptr& parent) {
  const std::lock_guard making(making_);
  if (namespace_ptr found = find(name)) return found;
  return make(name, parent);
}

namespace_ptr namespaces::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? nullptr : found->second.entry;
}

namespace_ptr namespaces::join(std::string_view name) {
  const auto look = [&](bool waits) -> namespace_ptr {
    const std::lock_guard lock(mutex_);
    const auto found = by_name_.find(std::string(name));
    if (found == by_name_.end() || (!found->second.is_announced && !waits)) return nullptr;
    if (cleans_) ++found->second.sockets;
    return found->second.entry;
  };
  if (namespace_ptr found = look(false)) return found;
  if (find(name) == nullptr) return nullptr;
  // Somebody is announcing it: whoever hears of it may add handlers first.
  const std::lock_guard making(making_);
  return look(true);
}

void namespaces::leave(const namespace_ptr& left) {
  if (!cleans_) return;
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_name_.find(left->name());
    if (found == by_name_.end() || found->second.entry != left) return;
    if (--found->second.sockets != 0 || !left->is_child()) return;
    left->retire();
    by_name_.erase(found);
    for (const parent_namespace& one : *parents_) one.entry->remove_child(left);
  }
  emptied_(left);
}

namespace_ptr namespaces::make(std::string_view name, const namespace_ptr& parent) {
  namespace_ptr made;
  std::vector<announcement> hearers;
  {
    const std::lock_guard lock(mutex_);
    if (by_index_.size() - free_.size() >= max_) return nullptr;
    std::uint32_t index = static_cast<std::uint32_t>(by_index_.size());
    if (free_.empty()) {
      by_index_.emplace_back();
    } else {
      index = free_.back();
      free_.pop_back();
    }
    made = std::make_shared<namespace_entry>(std::string(name), index,
                                             parent == nullptr ? role::alone : role::child);
    made->outside().count_refusals_in(emits_refused_);
    by_index_[index] = made;
    by_name_.emplace(made->name(), listed{made});
    hearers = on_new_;
  }
  if (parent != nullptr)
    made->change([&](namespace_entry::handlers& all) { all = *parent->current(); });
  start_(made);
  if (parent != nullptr) parent->add_child(made);
  for (const announcement& handler : hearers) handler(made);
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(made->name());
  if (found != by_name_.end()) found->second.is_announced = true;
  return made;
}

namespace_ptr namespaces::parent_of(const std::string& name) const {
  for (const parent_namespace& one : *parents())
    if (one.test && one.test(name)) return one.entry;
  return nullptr;
}

namespace_ptr namespaces::at(std::uint32_t index) const {
  const std::lock_guard lock(mutex_);
  return index < by_index_.size() ? by_index_[index] : nullptr;
}

std::vector<namespace_ptr> namespaces::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<namespace_ptr> there;
  for (const namespace_ptr& entry : by_index_)
    if (entry != nullptr) there.push_back(entry);
  return there;
}

void namespaces::release(const namespace_ptr& retired) {
  // Its handlers may hold handles to it.
  retired->drop_handlers();
  const std::lock_guard lock(mutex_);
  by_index_[retired->index()].reset();
  free_.push_back(retired->index());
}

namespace_ptr namespaces::add_parent(name_judge judge, name_test test) {
  const std::lock_guard lock(mutex_);
  auto changed = std::make_shared<std::vector<parent_namespace>>(*parents_);
  auto entry = std::make_shared<namespace_entry>("/_" + std::to_string(changed->size()),
                                                 namespace_entry::no_index, role::parent);
  changed->push_back({entry, std::move(judge), std::move(test)});
  parents_ = std::move(changed);
  return entry;
}

std::shared_ptr<const std::vector<parent_namespace>> namespaces::parents() const {
  const std::lock_guard lock(mutex_);
  return parents_;
}

void namespaces::on_new(announcement handler) {
  const std::lock_guard lock(mutex_);
  on_new_.push_back(std::move(handler));
}

}  // namespace troupe::actors
