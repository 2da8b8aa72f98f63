#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <troupe/actors/event.hpp>
#include <troupe/actors/listener_list.hpp>

namespace troupe::actors {

/// One handler of one socket's, in its list. The callable stands in it: every client has a few.
class event_listener {
 public:
  event_listener(std::string_view event, bool once) : event_(event), is_once_(once) {}
  virtual ~event_listener() = default;
  event_listener(const event_listener&) = delete;
  event_listener& operator=(const event_listener&) = delete;

  const std::string& event_name() const noexcept { return event_; }
  bool is_once() const noexcept { return is_once_; }
  listener name() const noexcept { return name_; }
  /// Calls it, unless an argument is not what it takes.
  virtual std::optional<mismatch> call(const event& from) = 0;

 private:
  friend class event_listeners;
  std::unique_ptr<event_listener> next_;
  listener name_;
  const std::string event_;
  const bool is_once_;
  bool is_removed_ = false;
};

/// Makes one of a callable whose parameters are, in order, arguments of any type that has a
/// conversion, and anywhere: `ack`, `arguments` (all of them), `event`. Arguments past the
/// parameters are ignored; missing ones read as null. A result that is not void answers the ack.
template <class F>
std::unique_ptr<event_listener> make_event_listener(std::string_view event, F handler, bool once) {
  static_assert(troupe::detail::has_signature<F>,
                "an event handler is a function or a lambda that names the types of its parameters"
                " (not auto): they say how to read the event's arguments");
  using parameters = typename troupe::detail::signature<F>::parameters;
  class made final : public event_listener {
   public:
    made(std::string_view name, F&& kept, bool is_once)
        : event_listener(name, is_once), handler_(std::move(kept)) {}
    std::optional<mismatch> call(const troupe::event& from) override {
      return troupe::detail::call(handler_, from, static_cast<parameters*>(nullptr),
                                  std::make_index_sequence<std::tuple_size_v<parameters>>{});
    }

   private:
    F handler_;
  };
  return std::make_unique<made>(event, std::move(handler), once);
}

/// A socket's handlers in the order in which they are called. They may be added and removed while
/// they are called: one that is removed is not called any more, one that is added is not called
/// yet. Those removed then are freed when the outermost call has returned.
class event_listeners {
 public:
  event_listeners() = default;
  ~event_listeners() { free(std::move(first_)); }
  event_listeners(const event_listeners&) = delete;
  event_listeners& operator=(const event_listeners&) = delete;

  void append(listener name, std::unique_ptr<event_listener> added) noexcept;
  std::size_t count(std::string_view event) const noexcept;
  void remove(listener name) noexcept;
  void remove(std::string_view event) noexcept;
  void clear() noexcept;

  /// Calls `visit(event_listener&)` for those of this event; ends when it gives false.
  template <class Visit>
  void visit(std::string_view event, Visit visit) {
    if (first_ == nullptr) return;
    const visiting guard(*this);
    const event_listener* const last = last_;  // Not those that are added meanwhile.
    for (event_listener* next = first_.get();; next = next->next_.get()) {
      if (!next->is_removed_ && next->event_ == event && !visit(*next)) return;
      if (next == last) return;
    }
  }

 private:
  class visiting {
   public:
    explicit visiting(event_listeners& of) noexcept : of_(of) { ++of_.visits_; }
    ~visiting() {
      if (--of_.visits_ == 0 && of_.has_removed_) of_.free_removed();
    }
    visiting(const visiting&) = delete;
    visiting& operator=(const visiting&) = delete;

   private:
    event_listeners& of_;
  };

  template <class Test>
  void remove_if(Test test) noexcept;
  void free_removed() noexcept;
  static void free(std::unique_ptr<event_listener> chain) noexcept;

  std::unique_ptr<event_listener> first_;
  event_listener* last_ = nullptr;
  std::uint32_t visits_ = 0;  // Under way, one within the other.
  bool has_removed_ = false;
};

}  // namespace troupe::actors
