#include <troupe/actors/event_listeners.hpp>

namespace troupe::actors {

void event_listeners::append(listener name, std::unique_ptr<event_listener> added) noexcept {
  added->name_ = name;
  std::unique_ptr<event_listener>& place = first_ == nullptr ? first_ : last_->next_;
  place = std::move(added);
  last_ = place.get();
}

std::size_t event_listeners::count(std::string_view event) const noexcept {
  std::size_t sum = 0;
  for (const event_listener* next = first_.get(); next != nullptr; next = next->next_.get())
    if (!next->is_removed_ && next->event_ == event) ++sum;
  return sum;
}

template <class Test>
void event_listeners::remove_if(Test test) noexcept {
  for (event_listener* next = first_.get(); next != nullptr; next = next->next_.get())
    if (!next->is_removed_ && test(*next)) next->is_removed_ = has_removed_ = true;
  if (has_removed_ && visits_ == 0) free_removed();
}

void event_listeners::remove(listener name) noexcept {
  remove_if([&](const event_listener& listed) { return listed.name_ == name; });
}

void event_listeners::remove(std::string_view event) noexcept {
  remove_if([&](const event_listener& listed) { return listed.event_ == event; });
}

void event_listeners::clear() noexcept {
  remove_if([](const event_listener&) { return true; });
}

// Taken out first: what a handler has captured may change the list as it goes.
void event_listeners::free_removed() noexcept {
  has_removed_ = false;
  last_ = nullptr;
  std::unique_ptr<event_listener> removed;
  std::unique_ptr<event_listener>* place = &first_;
  while (*place != nullptr) {
    if (!(*place)->is_removed_) {
      last_ = place->get();
      place = &last_->next_;
      continue;
    }
    std::unique_ptr<event_listener> taken = std::move(*place);
    *place = std::move(taken->next_);
    taken->next_ = std::move(removed);
    removed = std::move(taken);
  }
  free(std::move(removed));
}

// One by one: a long chain that frees itself would go as deep.
void event_listeners::free(std::unique_ptr<event_listener> chain) noexcept {
  while (chain != nullptr) chain = std::move(chain->next_);
}

}  // namespace troupe::actors
