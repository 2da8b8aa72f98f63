#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace troupe {

/// Names one listener of one socket: what `on` and its like return and `off` and its like take.
/// Copyable; one made by default names none.
class listener {
 public:
  listener() noexcept = default;
  explicit listener(std::uint64_t number) noexcept : number_(number) {}
  friend bool operator==(const listener&, const listener&) = default;

 private:
  std::uint64_t number_ = 0;
};

namespace actors {

/// Listeners in the order in which they are called. They may be added and removed while they are
/// called: one that is removed is not called any more, one that is added is not called yet.
template <class Function>
class listener_list {
 public:
  bool empty() const noexcept { return all_.empty(); }
  template <class Test>
  std::size_t count_if(Test test) const {
    return static_cast<std::size_t>(std::count_if(
        all_.begin(), all_.end(), [&](const auto& listed) { return test(listed->call); }));
  }
  std::vector<listener> names() const {
    std::vector<listener> all;
    for (const auto& listed : all_) all.push_back(listed->name);
    return all;
  }
  void append(listener name, Function call) { all_.push_back(make(name, std::move(call))); }
  void prepend(listener name, Function call) {
    all_.insert(all_.begin(), make(name, std::move(call)));
  }
  /// Removes those for which `test(listener, function)` holds.
  template <class Test>
  void remove_if(Test test) {
    std::erase_if(all_, [&](const auto& listed) {
      return listed->removed = test(listed->name, std::as_const(listed->call));
    });
  }
  void remove(listener name) {
    remove_if([&](listener listed, const Function&) { return listed == name; });
  }
  void clear() {
    remove_if([](listener, const Function&) { return true; });
  }
  /// Calls `visit(listener, function)` for each that is chosen by `test(function)` now; ends when
  /// `visit` gives false.
  template <class Test, class Visit>
  void visit_if(Test test, Visit visit) {
    std::vector<std::shared_ptr<entry>> chosen;
    for (const auto& listed : all_)
      if (test(std::as_const(listed->call))) chosen.push_back(listed);
    for (const auto& listed : chosen)
      if (!listed->removed && !visit(listed->name, listed->call)) return;
  }
  template <class Visit>
  void visit(Visit each) {
    visit_if([](const Function&) { return true; }, each);
  }

 private:
  struct entry {
    listener name;
    Function call;
    bool removed = false;
  };
  static std::shared_ptr<entry> make(listener name, Function call) {
    return std::make_shared<entry>(entry{name, std::move(call)});
  }
  std::vector<std::shared_ptr<entry>> all_;
};

}  // namespace actors

}  // namespace troupe
