#include <troupe/harness/seeded_system.hpp>

#include <algorithm>

#include <troupe/runtime/server.hpp>

#if TROUPE_CAF_1X
#include <caf/action.hpp>
#include <caf/actor_clock.hpp>
#include <caf/detail/actor_system_access.hpp>
#include <deque>
#include <map>
#else
#include <caf/scheduler/test_coordinator.hpp>
#endif

namespace troupe::harness {

#if TROUPE_CAF_1X

namespace {

class seeded_clock final : public caf::actor_clock {
 public:
  time_point now() const noexcept override { return now_; }
  caf::disposable schedule(time_point due, caf::action what) override {
    actions_.emplace(due, what);
    return std::move(what).as_disposable();
  }
  time_point due() {
    std::erase_if(actions_, [](const auto& one) { return one.second.disposed(); });
    return actions_.empty() ? time_point::max() : actions_.begin()->first;
  }
  void set(time_point now) {
    now_ = std::max(now_, now);
    while (due() <= now_) actions_.extract(actions_.begin()).mapped().run();
  }
  void clear() {
    for (auto& one : std::exchange(actions_, {})) one.second.dispose();
  }

 private:
  time_point now_{std::chrono::hours(1)};
  std::multimap<time_point, caf::action> actions_;
};

class seeded_scheduler final : public caf::scheduler {
 public:
  void schedule(caf::resumable* job) override { jobs_.push_back(job); }
  void delay(caf::resumable* job) override { jobs_.push_back(job); }
  void start() override {}
  void stop() override {
    while (!jobs_.empty()) run_one(0);
  }
  std::size_t size() const noexcept { return jobs_.size(); }
  void run_one(std::size_t which) {
    caf::resumable* job = jobs_[which];
    jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(which));
    if (job->resume(this, 1) == caf::resumable::resume_later)
      jobs_.push_back(job);
    else
      job->deref_resumable();
  }

 private:
  std::deque<caf::resumable*> jobs_;
};

}  // namespace

struct seeded_system::parts {
  /// What replaces CAF's own, while the system is made.
  struct replaced_system final : caf::actor_system {
    replaced_system(caf::actor_system_config& config, parts& made)
        : caf::actor_system(config, replace, &made) {}
    static void replace(caf::actor_system& made, caf::actor_system_config&, void* to) {
      auto clock = std::make_unique<seeded_clock>();
      auto scheduler = std::make_unique<seeded_scheduler>();
      static_cast<parts*>(to)->time = clock.get();
      static_cast<parts*>(to)->jobs = scheduler.get();
      caf::detail::actor_system_access access(made);
      access.clock(std::move(clock));
      access.scheduler(std::move(scheduler));
    }
  };

  parts() : system((init_actor_types(), config), *this) {}
  ~parts() { time->clear(); }
  std::size_t size() const noexcept { return jobs->size(); }
  void run_one(std::size_t which) { jobs->run_one(which); }
  time_point due() { return time->due(); }
  void set_time(time_point now) { time->set(now); }

  seeded_clock* time = nullptr;
  seeded_scheduler* jobs = nullptr;
  caf::actor_system_config config;
  replaced_system system;
};

#else

struct seeded_system::parts {
  parts() : system(configured(config)) { jobs().clock().current_time = manual_clock().now(); }
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }
  caf::scheduler::test_coordinator& jobs() {
    return static_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }
  std::size_t size() { return jobs().jobs.size(); }
  void run_one(std::size_t which) {
    auto& all = jobs().jobs;
    std::rotate(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(which),
                all.begin() + static_cast<std::ptrdiff_t>(which) + 1);
    jobs().run_once();
  }
  time_point due() {
    const auto& all = jobs().clock().schedule();
    return all.empty() ? time_point::max() : all.begin()->first;
  }
  void set_time(time_point now) {
    const auto by = now - jobs().clock().current_time;
    if (by > by.zero()) jobs().advance_time(by);
  }

  caf::actor_system_config config;
  caf::actor_system system;
};

#endif

seeded_system::seeded_system() : parts_(std::make_unique<parts>()) {
  while (ready_count() != 0) run_one(0);  // What the system has of its own.
}

seeded_system::~seeded_system() = default;

caf::actor_system& seeded_system::get() noexcept {
  return parts_->system;
}

std::size_t seeded_system::ready_count() const noexcept {
  return parts_->size();
}

void seeded_system::run_one(std::size_t which) {
  parts_->run_one(which);
}

time_point seeded_system::due() const {
  return parts_->due();
}

void seeded_system::set_time(time_point now) {
  parts_->set_time(now);
}

}  // namespace troupe::harness
